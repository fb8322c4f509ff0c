/** Notes that agents have written on this interaction. */

import { useDeskParts, useShared } from "../../app-context";
import { firstName } from "../../call-words";
import { when } from "../../format";
import { useNow } from "../../clock";
import type { NoteShown } from "../../protocol.gen";

export function PastNotes({ notes, zone }: { notes: readonly NoteShown[]; zone: string }) {
  const now = useNow();
  const [center] = useDeskParts("center");
  const { user } = useShared();
  // What I still write myself stands in its own field.
  const written = notes.filter((note) => (note.text !== "" || note.disposition !== null) && !(note.so_far && note.agent === user.user));
  if (written.length === 0) return null;
  return (
    <ul className="past-notes" aria-label="Notes">
      {written.map((note) => (
        <li key={note.key} data-so-far={note.so_far}>
          <span className="past-note-head">
            {note.so_far ? `Note so far · ${firstName(note.who)} is still writing` : `Note · ${note.who} · ${when(note.at_ms, now, zone)}`}
            {note.disposition !== null && <> · {center?.dispositions.find((one) => one.id === note.disposition)?.name ?? note.disposition}</>}
          </span>
          {note.text !== "" && <p>{note.text}</p>}
        </li>
      ))}
    </ul>
  );
}
