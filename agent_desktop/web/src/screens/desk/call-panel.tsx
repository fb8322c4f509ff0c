/** A call: who is on the line, for how long, the few keys of a telephone, and room for a note. */

import { useRef } from "react";
import { useParts, usePart } from "../../app-context";
import { askedWords, callState, firstName } from "../../call-words";
import { useNow } from "../../clock";
import { duration } from "../../format";
import { useKeys } from "../../keys";
import { Key, MediumBadge, Since, Trusted } from "../../parts/small";
import type { CallShown, Center, WorkItem } from "../../protocol.gen";
import { conversationView } from "../../views";
import { AskedBar, CallBar, useCall } from "./call-bar";
import { NoteField } from "./note-field";
import { PastNotes } from "./past-notes";
import { type Item, shownOf } from "./selection";

export function CallPanel({ item, center }: { item: Item; center: Center }) {
  const view = conversationView(item.conversation);
  const customer = usePart(view, "customer", "customer_shown");
  const notes = useParts(view, "note_shown");
  const note = useRef<HTMLTextAreaElement>(null);
  const active = item.work?.state === "active";
  useKeys(active ? { note: () => note.current?.focus() } : {});
  const call = useCall(active ? item.work?.handling : undefined);
  const number = customer?.identities.find((one) => one.kind === "phone")?.value;
  const shown = shownOf(item);
  const who = shown?.who ?? "";
  return (
    <div className="pane-scroll call">
      {item.consult !== undefined && (
        <p className="asked-line" role="status">
          {askedWords(item.consult)}.
        </p>
      )}
      <section className="call-card" data-state={item.work?.state ?? (item.consult?.doing === "consulted" ? "active" : "offered")} data-doing={call?.doing}>
        <MediumBadge medium="voice" size={26} />
        <div className="call-who">
          <h1>
            {who} {shown !== undefined && <Trusted item={shown} />}
          </h1>
          {number !== undefined && number !== who && <span className="tabular">{number}</span>}
          <span className="muted">
            {[shown?.queue_name, shown?.why].filter((words) => words).join(" · ")}
          </span>
        </div>
        <div className="call-time">
          {item.work === undefined && item.offer !== undefined && (
            <>
              <span className="call-state">{item.offer.ringing ? "Ringing" : "About to ring"}</span>
              <Since ms={item.offer.offered_ms} />
            </>
          )}
          {item.consult !== undefined && (
            <>
              <span className="call-state" role="status">
                {item.consult.doing === "ringing" ? "Ringing" : `With ${firstName(item.consult.from_name || "your colleague")}`}
              </span>
              <Since ms={item.consult.since_ms} />
            </>
          )}
          {item.work !== undefined && active && (
            <Standing work={item.work} call={call} />
          )}
          {item.work?.state === "wrap_up" && item.work.wrap_up_since_ms !== null && (
            <>
              <span className="call-state">Talked</span>
              <span className="tabular">{duration(item.work.wrap_up_since_ms - item.work.started_ms)}</span>
            </>
          )}
        </div>
        {item.work !== undefined && active && <CallBar work={item.work} call={call} />}
        {item.consult?.doing === "consulted" && <AskedBar card={item.consult} />}
      </section>
      <PastNotes notes={notes} zone={center.zone} />
      {item.work !== undefined && active && <NoteField handling={item.work.handling} fieldRef={note} rows={6} hint={<Key>Alt+N</Key>} />}
    </div>
  );
}

/** What is going on, and for how long; beside it how long the whole call lasts, where that is another time. */
function Standing({ work, call }: { work: WorkItem; call: CallShown | undefined }) {
  const now = useNow();
  if (work.customer_gone) {
    return (
      <>
        <span className="call-state">Customer has hung up</span>
        <Since ms={work.started_ms} />
      </>
    );
  }
  const state = callState(call, work.who);
  return (
    <>
      <span className="call-state" role="status">
        {state.words}
      </span>
      {state.untilMs === null ? <Since ms={state.sinceMs ?? work.started_ms} /> : <span className="tabular" aria-hidden="true">{duration(state.untilMs - now)}</span>}
      {(state.sinceMs !== null || state.untilMs !== null) && (
        <span className="call-whole">
          Call <Since ms={work.started_ms} />
        </span>
      )}
    </>
  );
}
