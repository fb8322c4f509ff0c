/** Notes that agents have written on this interaction. */

import { useDeskParts } from "../../app-context";
import { when } from "../../format";
import { useNow } from "../../clock";
import type { NoteShown } from "../../protocol.gen";

export function PastNotes({ notes, zone }: { notes: readonly NoteShown[]; zone: string }) {
  const now = useNow();
  const [center] = useDeskParts("center");
  const written = notes.filter((note) => note.text !== "" || note.disposition !== null);
  if (written.length === 0) return null;
  return (
    <ul className="past-notes" aria-label="Notes">
      {written.map((note) => (
        <li key={note.key}>
          <span className="past-note-head">
            Note · {note.who} · {when(note.at_ms, now, zone)}
            {note.disposition !== null && <> · {center?.dispositions.find((one) => one.id === note.disposition)?.name ?? note.disposition}</>}
          </span>
          {note.text !== "" && <p>{note.text}</p>}
        </li>
      ))}
    </ul>
  );
}
