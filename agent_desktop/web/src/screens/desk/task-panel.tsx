/** A task: what is to be done, as a form to read, and room for a note on what was done. */

import { useParts, usePart } from "../../app-context";
import { useNow } from "../../clock";
import { instant, when } from "../../format";
import type { Center } from "../../protocol.gen";
import { conversationView } from "../../views";
import { PastNotes } from "./past-notes";
import type { Item } from "./selection";

export function TaskPanel({ item, center }: { item: Item; center: Center }) {
  const view = conversationView(item.conversation);
  const task = usePart(view, "task", "task_shown");
  const head = usePart(view, "head", "conversation_head");
  const now = useNow();
  const notes = useParts(view, "note_shown");
  return (
    <div className="pane-scroll">
      <article className="task-sheet">
        <h2>{task?.title ?? item.work?.why ?? item.offer?.why}</h2>
        <dl>
          {(task?.fields ?? []).map((field) => (
            <div key={field.name}>
              <dt>{field.name}</dt>
              <dd>{field.value}</dd>
            </div>
          ))}
          {head?.due_ms != null && (
            <div>
              <dt>Due</dt>
              <dd title={instant(head.due_ms, center.zone)}>{when(head.due_ms, now, center.zone)}</dd>
            </div>
          )}
        </dl>
      </article>
      <PastNotes notes={notes} zone={center.zone} />
    </div>
  );
}
