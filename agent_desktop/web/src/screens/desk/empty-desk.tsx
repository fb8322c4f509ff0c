/** Nothing in hand: what happens next, and what waits in my queues. */

import { Button } from "@mantine/core";
import { useDeskParts } from "../../app-context";
import { Key, MediumBadge, Since } from "../../parts/small";
import type { Me } from "../../protocol.gen";
import { useAct } from "../../use-act";
import { MEDIUM_ORDER } from "../../words";

export function EmptyDesk({ me }: { me: Me }) {
  const glances = useDeskParts("queue_glance");
  const queues = MEDIUM_ORDER.flatMap((medium) => glances.filter((one) => one.medium === medium));
  const act = useAct();
  const ready = me.presence === "ready";
  return (
    <div className="empty-desk">
      <div className="empty-head">
        <h1>{me.is_agent ? (ready ? "You are ready." : "You are not ready.") : `Good to see you, ${me.name}.`}</h1>
        <p className="muted">
          {!me.is_agent
            ? "This user does not work in the queues."
            : ready
              ? "The next one comes by itself. You may look elsewhere: it rings, and the system tells you."
              : me.by === "missed_offers"
                ? "An offer was not answered. Nothing more is offered until you are back."
                : "Nothing is offered until you are."}
        </p>
        {me.is_agent && !ready && (
          <Button size="md" rightSection={<Key>Alt+R</Key>} onClick={() => void act({ type: "set_presence", presence: "ready", reason: null })}>
            {me.by === "missed_offers" ? "I'm back" : "Get ready"}
          </Button>
        )}
      </div>
      {queues.length > 0 && (
        <section className="empty-queues" aria-label="My queues">
          <h2>My queues</h2>
          <ul>
            {queues.map((queue) => (
              <li key={queue.key} data-waiting={queue.waiting > 0}>
                <MediumBadge medium={queue.medium} />
                <span className="empty-queue-name">{queue.name}</span>
                <span className="tabular">{queue.waiting === 0 ? "nobody waits" : `${queue.waiting} waiting`}</span>
                <span className="empty-queue-longest">{queue.longest_waiting_since_ms !== null && <Since ms={queue.longest_waiting_since_ms} />}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
