/**
 * Wrap-up: what came of it (keys 1 to 9), the note with what was typed before, Done. The page closes none by a timer of
 * its own. A timed one shows what is left and can be put off; an optional one is a line until somebody writes in it.
 */

import { Button, Tooltip } from "@mantine/core";
import { type KeyboardEvent, useRef, useState } from "react";
import { useShared } from "../../app-context";
import { useNow } from "../../clock";
import { duration, durationWords } from "../../format";
import { KEYS, useKeys } from "../../keys";
import { NoteIcon } from "../../parts/icons";
import { Key, Since } from "../../parts/small";
import type { Center, WorkItem } from "../../protocol.gen";
import { useAct } from "../../use-act";
import { ENDED_BY } from "../../words";
import { NoteField } from "./note-field";
import { tabKeep } from "../../tab";

const NEAR_MS = 10_000;

export function WrapBar({ work, center, noteRows }: { work: WorkItem; center: Center; noteRows: number }) {
  const { drafts } = useShared();
  const act = useAct();
  const chosenKey = `disposition/${work.handling}`;
  const [chosen, setChosen] = useState<string | null>(() => tabKeep.getItem(chosenKey));
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState(false);
  const [unfolded, setUnfolded] = useState(() => !work.wrap_up_optional || chosen !== null || drafts.text(work.handling, "note") !== "");
  const note = useRef<HTMLTextAreaElement>(null);

  const choose = (id: string) => {
    const next = chosen === id ? null : id;
    if (next === null) tabKeep.removeItem(chosenKey);
    else tabKeep.setItem(chosenKey, next);
    setChosen(next);
    setMissing(false);
    setUnfolded(true);
  };
  const done = async () => {
    if (busy) return;
    if (work.disposition_required && chosen === null) {
      setUnfolded(true);
      return setMissing(true);
    }
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
    note: () => {
      setUnfolded(true);
      requestAnimationFrame(() => note.current?.focus());
    },
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (!KEYS.done.matches(event.nativeEvent)) return;
    event.preventDefault();
    void done();
  };
  return (
    <section className="wrap-bar" aria-label="Wrap-up" data-folded={!unfolded}>
      <div className="wrap-head">
        <h2>Wrap-up</h2>
        {work.wrap_up_optional && <span className="wrap-optional">optional</span>}
        <Since ms={work.wrap_up_since_ms ?? work.started_ms} />
        {unfolded && work.ended_by !== null && <span className="muted">{ENDED_BY[work.ended_by]}</span>}
        {work.wrap_up_timed ? <TimeLeft work={work} /> : work.wrap_up_ends_at_ms !== null && <EndsAt ms={work.wrap_up_ends_at_ms} />}
        {!unfolded && (
          <span className="wrap-fold">
            <Button variant="default" size="xs" leftSection={<NoteIcon size={15} />} onClick={() => setUnfolded(true)}>
              Write it up
            </Button>
            <Button size="xs" loading={busy} onClick={() => void done()}>
              Done
            </Button>
          </span>
        )}
      </div>
      {unfolded && <div className="wrap-grid">
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
      </div>}
    </section>
  );
}

/** What is left of a timed wrap-up, and more of it as often as its queue allows (WCAG 2.2.1). */
function TimeLeft({ work }: { work: WorkItem }) {
  const now = useNow();
  const act = useAct();
  const [busy, setBusy] = useState(false);
  const extend = async () => {
    if (busy) return;
    setBusy(true);
    await act({ type: "extend_wrap_up", handling: work.handling });
    setBusy(false);
  };
  const more = work.extensions_left > 0 && work.extension_ms > 0;
  useKeys(more ? { extend: () => void extend() } : {});
  const endsAt = work.wrap_up_ends_at_ms;
  if (endsAt === null) return null;
  const left = Math.max(0, endsAt - now);
  const whole = Math.max(1, endsAt - (work.wrap_up_since_ms ?? work.started_ms));
  return (
    <span className="wrap-left" data-near={left < NEAR_MS}>
      <span className="countdown-bar" aria-hidden="true">
        <span style={{ transform: `scaleX(${Math.min(1, left / whole)})` }} />
      </span>
      <span className="tabular" aria-hidden="true">
        {duration(left)} left
      </span>
      {more && (
        <Tooltip label={<>{work.extensions_left === 1 ? "Once more" : `${work.extensions_left} times more`} <Key>Alt+E</Key></>}>
          <Button variant="default" size="compact-xs" loading={busy} onClick={() => void extend()}>
            +{durationWords(work.extension_ms)}
          </Button>
        </Tooltip>
      )}
    </span>
  );
}

function EndsAt({ ms }: { ms: number }) {
  const now = useNow();
  return <span className="muted">ends by itself in {duration(Math.max(0, ms - now))}</span>;
}
