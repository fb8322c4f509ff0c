/** Nothing in hand: why no work comes or what happens next, my own numbers of today, and what waits in my queues. */

import { Button } from "@mantine/core";
import { useState } from "react";
import { useDeskParts } from "../../app-context";
import { useNow } from "../../clock";
import { durationWords } from "../../format";
import { WarningIcon } from "../../parts/icons";
import { Key, MediumBadge, Since } from "../../parts/small";
import { usePhone } from "../../phone/controls";
import { PHONE_FAILED, PhoneFault } from "../phone-fault";
import { useGetReady } from "../../phone/readiness";
import type { Center, Me } from "../../protocol.gen";
import { MEDIA, MEDIUM_ORDER, backOffBecause, readyWords } from "../../words";
import { QueueDialog } from "../queue/queue-dialog";
import { KeptAway } from "./kept-away";
import { notReadyBecause } from "./not-ready";

export function EmptyDesk({ center, me }: { center: Center; me: Me }) {
  if (!me.is_agent) {
    return (
      <div className="empty-desk">
        <div className="empty-head">
          <h1>Good to see you, {me.name}.</h1>
          <p className="muted">This user does not work in the queues.</p>
        </div>
      </div>
    );
  }
  return (
    <div className="empty-desk">
      {me.presence === "ready" ? <WhenReady center={center} me={me} /> : <WhenNotReady center={center} me={me} />}
      <Today />
      <MyQueues center={center} />
    </div>
  );
}

function WhenReady({ center, me }: { center: Center; me: Me }) {
  const phone = usePhone();
  const now = useNow();
  const backedOff = me.backed_off_until_ms !== null && me.backed_off_until_ms > now;
  const deaf = center.media.includes("voice") && phone.kind !== "none" && phone.state === "unreachable";
  return (
    <div className="empty-head" data-presence="ready">
      <h1>You are ready.</h1>
      <p className="muted">
        {backedOff
          ? `The next offer comes in a few seconds, since ${backOffBecause(center.media)}.`
          : "The next one comes by itself. You may look elsewhere: it rings, and the system tells you."}
      </p>
      <KeptAway />
      {deaf && (
        <p className="empty-warning">
          <WarningIcon size={16} /> Calls do not come: the telephone switch cannot reach your phone.
        </p>
      )}
    </div>
  );
}

function WhenNotReady({ center, me }: { center: Center; me: Me }) {
  const ready = useGetReady();
  const { fault } = usePhone();
  const because = fault === null ? notReadyBecause(me, center) : PHONE_FAILED;
  return (
    <div className="empty-head" data-presence={me.presence} data-by={me.by}>
      <h1>{because.title}</h1>
      <p className="muted">{because.words}</p>
      <PhoneFault />
      <Button
        size="lg"
        color="green"
        rightSection={<Key>Alt+R</Key>}
        onClick={() => void ready()}
      >
        {readyWords(me)}
      </Button>
    </div>
  );
}

/** Shown from the first piece of work on: noughts tell nobody anything. */
function Today() {
  const counts = useDeskParts("today_count");
  const shown = MEDIUM_ORDER.flatMap((medium) => counts.filter((one) => one.medium === medium));
  if (shown.every((one) => one.handled === 0)) return null;
  return (
    <section className="empty-today" aria-label="My day">
      <h2>My day</h2>
      <ul>
        {shown.map((one) => (
          <li key={one.key}>
            <MediumBadge medium={one.medium} size={15} />
            <span className="today-figure tabular">{one.handled}</span>
            <span className="today-name">{MEDIA[one.medium]}</span>
            <span className="today-each">{one.handled === 0 ? "none yet" : `${durationWords(one.handle_ms / one.handled)} each`}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function MyQueues({ center }: { center: Center }) {
  const [open, setOpen] = useState<string | null>(null);
  const glances = useDeskParts("queue_glance");
  const queues = MEDIUM_ORDER.flatMap((medium) => glances.filter((one) => one.medium === medium));
  if (queues.length === 0) return null;
  return (
    <section className="empty-queues" aria-label="My queues">
      <h2>My queues</h2>
      <ul>
        {queues.map((queue) => (
          <li key={queue.key} data-waiting={queue.waiting > 0}>
            <MediumBadge medium={queue.medium} />
            <span className="empty-queue-name">{queue.name}</span>
            <span className="tabular">
              {queue.waiting === 0 ? "nothing waits" : `${queue.waiting} waiting`}
              {queue.may_pull && queue.waiting > 0 && (
                <button type="button" className="queue-take" aria-label={`Take from ${queue.name}`} onClick={() => setOpen(queue.queue)}>
                  Take…
                </button>
              )}
            </span>
            <span className="empty-queue-longest">{queue.longest_waiting_since_ms !== null && <Since ms={queue.longest_waiting_since_ms} />}</span>
          </li>
        ))}
      </ul>
      <QueueDialog queue={open} center={center} steers={false} onClose={() => setOpen(null)} />
    </section>
  );
}
