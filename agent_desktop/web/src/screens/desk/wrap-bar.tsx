/** Wrap-up: what came of it (keys 1 to 9), the note with what was typed before, Done. It never closes by our timer. */

import { Button } from "@mantine/core";
import { type KeyboardEvent, useRef, useState } from "react";
import { useShared } from "../../app-context";
import { useNow } from "../../clock";
import { duration } from "../../format";
import { KEYS, useKeys } from "../../keys";
import { Key, Since } from "../../parts/small";
import type { Center, WorkItem } from "../../protocol.gen";
import { useAct } from "../../use-act";
import { ENDED_BY } from "../../words";
import { NoteField } from "./note-field";
import { tabKeep } from "../../tab";

export function WrapBar({ work, center, noteRows }: { work: WorkItem; center: Center; noteRows: number }) {
  const { drafts } = useShared();
  const act = useAct();
  const chosenKey = `disposition/${work.handling}`;
  const [chosen, setChosen] = useState<string | null>(() => tabKeep.getItem(chosenKey));
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const note = useRef<HTMLTextAreaElement>(null);

  const choose = (id: string) => {
    const next = chosen === id ? null : id;
    if (next === null) tabKeep.removeItem(chosenKey);
    else tabKeep.setItem(chosenKey, next);
    setChosen(next);
    setMissing(false);
  };
  const done = async () => {
    if (busy) return;
    if (work.disposition_required && chosen === null) return setMissing(true);
    setBusy(true);
    const outcome = await act({ type: "complete_handling", handling: work.handling, disposition: chosen, note: drafts.text(work.handling, "note").trim() });
    setBusy(false);
    if (outcome.type === "answer") tabKeep.removeItem(chosenKey);
  };
  useKeys({
    disposition: (event) => {
      const one = center.dispositions[Number(event.code.slice(-1)) - 1];
      if (one !== undefined) choose(one.id);
    },
    done: () => void done(),
    note: () => note.current?.focus(),
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (!KEYS.done.matches(event.nativeEvent)) return;
    event.preventDefault();
    void done();
  };
  return (
    <section className="wrap-bar" aria-label="Wrap-up">
      <div className="wrap-head">
        <h2>Wrap-up</h2>
        <Since ms={work.wrap_up_since_ms ?? work.started_ms} />
        {work.ended_by !== null && <span className="muted">{ENDED_BY[work.ended_by]}</span>}
        {work.wrap_up_ends_at_ms !== null && <EndsAt ms={work.wrap_up_ends_at_ms} />}
      </div>
      <div className="wrap-grid">
        <fieldset className="dispositions" data-missing={missing}>
          <legend>
            Disposition{" "}
            {work.disposition_required ? (
              <span className={missing ? "missing" : "muted"} role={missing ? "alert" : undefined}>
                {missing ? "Choose what came of it" : "needed"}
              </span>
            ) : (
              <span className="muted">optional</span>
            )}
          </legend>
          <div className="disposition-list">
            {center.dispositions.map((one, index) => (
              <button key={one.id} type="button" className="disposition" aria-pressed={chosen === one.id} onClick={() => choose(one.id)}>
                {index < 9 && <Key>{index + 1}</Key>}
                {one.name}
              </button>
            ))}
          </div>
        </fieldset>
        <NoteField handling={work.handling} fieldRef={note} rows={noteRows} hint={<Key>Alt+N</Key>} onKeyDown={onKeyDown} />
        <Button className="wrap-done" size="md" loading={busy} rightSection={<Key>Ctrl+Enter</Key>} onClick={() => void done()}>
          Done
        </Button>
      </div>
    </section>
  );
}

function EndsAt({ ms }: { ms: number }) {
  const now = useNow();
  return <span className="muted">ends by itself in {duration(Math.max(0, ms - now))}</span>;
}
