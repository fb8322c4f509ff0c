/** Why nobody is offered a piece of waiting work, why it was offered to whom before, and why not to a certain agent. */

import { Modal, Select } from "@mantine/core";
import { useEffect, useState } from "react";
import { serverClock } from "../../clock";
import { explain, type Told } from "../../explanations";
import { durationWords, instant, secondOfDay } from "../../format";
import type { Center, Explained, Left, Waiting } from "../../protocol.gen";
import { againstWords, type Called, chosenWords, countedReasons, nowWords, WHY_NOT } from "../../why-words";

export interface Asked {
  readonly interaction: string;
  readonly called: string;
}

interface Props {
  /** None: closed. */
  readonly asked: Asked | null;
  readonly center: Center;
  readonly onClose: () => void;
}

export function WhyDialog({ asked, center, onClose }: Props) {
  return (
    <Modal opened={asked !== null} onClose={onClose} title={`Why not …? ${asked?.called ?? ""}`} size={620} closeButtonProps={{ "aria-label": "Close the reasons" }}>
      {asked !== null && <Reasons key={asked.interaction} interaction={asked.interaction} center={center} />}
    </Modal>
  );
}

function Reasons({ interaction, center }: { interaction: string; center: Center }) {
  const [now, setNow] = useState<Told>();
  const [past, setPast] = useState<Told>();
  const [agent, setAgent] = useState<string | null>(null);
  useEffect(() => {
    let here = true;
    const ask = async () => {
      const first = await explain(interaction, "now");
      if (!here) return;
      setNow(first);
      const second = await explain(interaction, "offers");
      if (here) setPast(second);
    };
    void ask();
    return () => {
      here = false;
    };
  }, [interaction]);
  if (now === undefined) return <p aria-busy="true">Looking …</p>;
  if (!now.ok) return <p role="alert">{now.sentence}</p>;
  const names = { ...(past?.ok ? past.why.names : {}), ...now.why.names };
  const nameOf = (id: string) => names[id] ?? id;
  const called: Called = {
    reason: (id) => center.reasons.find((one) => one.id === id)?.name ?? id,
    queue: (id) => center.queues.find((one) => one.id === id)?.name ?? id,
  };
  const people = Object.entries(names).map(([value, label]) => ({ value, label }));
  return (
    <div className="why">
      <Now now={now.why.now} nameOf={nameOf} />
      {people.length > 0 && (
        <Select
          label="Why not"
          placeholder="Choose an agent"
          data={people.sort((a, b) => a.label.localeCompare(b.label))}
          value={agent}
          onChange={setAgent}
          searchable
          nothingFoundMessage="Nobody of this name"
          data-autofocus
        />
      )}
      <div role="status">{agent !== null && now.why.now !== null && <Against left={find(now.why.now.others, agent)} name={nameOf(agent)} called={called} verb="is" />}</div>
      <Past past={past} agent={agent} zone={center.zone} nameOf={nameOf} called={called} />
    </div>
  );
}

function find(others: readonly Left[], agent: string): Left | undefined {
  return others.find((one) => one.agent === agent);
}

function Now({ now, nameOf }: { now: Waiting | null; nameOf: (agent: string) => string }) {
  if (now === null) return <p>It no longer waits.</p>;
  return (
    <section aria-label="Now">
      <p className="why-now">{nowWords(now, nameOf)}</p>
      <p className="muted">
        Waits for {durationWords(now.waited_ms + Math.max(0, serverClock.now() - now.at_ms))}; asks for {now.requirement}
        {now.step > 0 ? `, step ${now.step + 1}` : ""}.
      </p>
      {now.parked_until_ms === null && (
        <ul className="why-counts">
          {countedReasons(now.others).map(([reason, count]) => (
            <li key={reason}>
              <b>{count}</b> {WHY_NOT[reason]}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface AgainstProps {
  readonly left: Left | undefined;
  readonly name: string;
  readonly called: Called;
  readonly verb: "is" | "was";
}

function Against({ left, name, called, verb }: AgainstProps) {
  if (left === undefined) return verb === "was" ? <p className="why-one">{name} got it.</p> : null;
  return (
    <p className="why-one">
      <b>{name}</b>: {againstWords(left, called)}.
    </p>
  );
}

interface PastProps {
  readonly past: Told | undefined;
  readonly agent: string | null;
  readonly zone: string;
  readonly nameOf: (agent: string) => string;
  readonly called: Called;
}

function Past({ past, agent, zone, nameOf, called }: PastProps) {
  if (past === undefined) return <p aria-busy="true">Looking at earlier offers …</p>;
  if (!past.ok) return <p className="muted">{past.sentence}</p>;
  const newestFirst = [...past.why.offers].reverse();
  return (
    <section aria-labelledby="why-past">
      <h3 id="why-past">Offered before</h3>
      {newestFirst.length === 0 && <p className="muted">To nobody yet.</p>}
      <ol className="why-offers">
        {newestFirst.map((one) => (
          <Offer key={one.number} offer={one} agent={agent} zone={zone} nameOf={nameOf} called={called} />
        ))}
      </ol>
      {past.why.before !== null && <p className="muted">And earlier; switchroom explain {past.why.interaction} tells all.</p>}
    </section>
  );
}

function Offer({ offer, agent, zone, nameOf, called }: { offer: Explained } & Omit<PastProps, "past">) {
  const why = offer.explanation;
  return (
    <li>
      <p>
        <time title={instant(why.at_ms, zone)}>{secondOfDay(why.at_ms, zone)}</time> {chosenWords(why, nameOf)}
      </p>
      {agent !== null && agent !== why.agent && <Against left={find(why.others, agent)} name={nameOf(agent)} called={called} verb="was" />}
      {!why.agrees && <p className="why-otherwise">{offer.sentence}</p>}
    </li>
  );
}
