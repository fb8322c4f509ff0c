/** A call: who is on the line, for how long, the few keys of a telephone, and room for a note. */

import { Button } from "@mantine/core";
import { useRef } from "react";
import { useParts, usePart } from "../../app-context";
import { duration } from "../../format";
import { useKeys } from "../../keys";
import { HangUpIcon, MicIcon, MuteIcon } from "../../parts/icons";
import { Key, MediumBadge, Since, Trusted } from "../../parts/small";
import { usePhone } from "../../phone/controls";
import type { Center, WorkItem } from "../../protocol.gen";
import { conversationView } from "../../views";
import { NoteField } from "./note-field";
import { PastNotes } from "./past-notes";
import type { Item } from "./selection";

export function CallPanel({ item, center }: { item: Item; center: Center }) {
  const view = conversationView(item.conversation);
  const customer = usePart(view, "customer", "customer_shown");
  const notes = useParts(view, "note_shown");
  const note = useRef<HTMLTextAreaElement>(null);
  const active = item.work?.state === "active";
  useKeys(active ? { note: () => note.current?.focus() } : {});
  const number = customer?.identities.find((one) => one.kind === "phone")?.value;
  const shown = item.work ?? item.offer;
  const who = shown?.who ?? "";
  return (
    <div className="pane-scroll call">
      <section className="call-card" data-state={item.work?.state ?? "offered"}>
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
          {item.work !== undefined && active && (
            <>
              <span className="call-state">{item.work.customer_gone ? "Customer has hung up" : "Talking"}</span>
              <Since ms={item.work.started_ms} />
            </>
          )}
          {item.work?.state === "wrap_up" && item.work.wrap_up_since_ms !== null && (
            <>
              <span className="call-state">Talked</span>
              <span className="tabular">{duration(item.work.wrap_up_since_ms - item.work.started_ms)}</span>
            </>
          )}
        </div>
        {item.work !== undefined && active && <CallKeys work={item.work} />}
      </section>
      {item.work !== undefined && active && <NoteField handling={item.work.handling} fieldRef={note} rows={6} hint={<Key>Alt+N</Key>} />}
      <PastNotes notes={notes} zone={center.zone} />
    </div>
  );
}

function CallKeys({ work }: { work: WorkItem }) {
  const phone = usePhone();
  useKeys({ hangUp: () => phone.hangUp(work) });
  return (
    <div className="call-keys">
      {phone.kind === "softphone" && phone.here && (
        <Button
          variant={phone.soft.muted ? "filled" : "default"}
          color={phone.soft.muted ? "yellow" : "gray"}
          aria-pressed={phone.soft.muted}
          disabled={!phone.canMute}
          leftSection={phone.soft.muted ? <MuteIcon /> : <MicIcon />}
          rightSection={<Key>Alt+M</Key>}
          onClick={phone.toggleMute}
        >
          {phone.soft.muted ? "Muted" : "Mute"}
        </Button>
      )}
      {phone.kind === "desk" && <span className="muted">You talk on your desk phone.</span>}
      {phone.kind === "rehearsal" && <span className="muted">A rehearsal call: nobody is really on the line.</span>}
      {phone.kind === "softphone" && !phone.here && <span className="muted">You talk in another tab.</span>}
      <span className="call-gap" />
      <Button color="red" leftSection={<HangUpIcon />} rightSection={<Key>Alt+Shift+X</Key>} onClick={() => phone.hangUp(work)}>
        Hang up
      </Button>
    </div>
  );
}
