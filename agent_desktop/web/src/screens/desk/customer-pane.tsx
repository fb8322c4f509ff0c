/** Whom we know behind this conversation, and all we have had to do with them, over every medium. */

import { useState } from "react";
import { useParts, usePart, useView, useViewRefusal } from "../../app-context";
import { useNow } from "../../clock";
import { durationWords, instant, timeOfDay, when } from "../../format";
import { ShieldIcon } from "../../parts/icons";
import { Initials, isNobodys, MediumBadge, TrustMark } from "../../parts/small";
import type { TimelineRow } from "../../protocol.gen";
import { conversationView } from "../../views";
import { IDENTITY, MEDIUM, standing } from "../../words";
import { PastNotes } from "./past-notes";
import { type Item, shownOf } from "./selection";

export function CustomerPane({ item, zone }: { item: Item | undefined; zone: string }) {
  if (item === undefined) {
    return (
      <aside className="customer customer-empty" aria-label="Customer" tabIndex={-1}>
        <p className="muted">Open a piece of work, and its customer is shown here.</p>
      </aside>
    );
  }
  return (
    <aside className="customer" aria-label="Customer" tabIndex={-1}>
      <Profile item={item} />
      <Timeline item={item} zone={zone} />
    </aside>
  );
}

function Profile({ item }: { item: Item }) {
  const customer = usePart(conversationView(item.conversation), "customer", "customer_shown");
  const who = shownOf(item)?.who ?? "";
  if (customer === undefined) {
    return (
      <section className="profile" aria-busy="true">
        <div className="profile-head">
          <Initials name={who} large />
          <h2>{who}</h2>
        </div>
      </section>
    );
  }
  const known = customer.customer !== null;
  if (!known && shownOf(item)?.medium === "task") {
    return (
      <section className="profile">
        <p className="muted">This task is about no customer in particular.</p>
      </section>
    );
  }
  return (
    <section className="profile">
      <div className="profile-head">
        <Initials name={customer.name || who} unknown={!known && customer.name === ""} large />
        <div>
          <h2>{customer.name || who}</h2>
          <p className="muted">{known ? <TrustMark trust={customer.trust} /> : "Not known yet"}</p>
        </div>
      </div>
      <ul className="identities">
        {customer.identities.map((identity) => (
          <li key={`${identity.kind} ${identity.value}`}>
            <span className="identity-kind">{IDENTITY[identity.kind]}</span>
            <span className="identity-value">{identity.value}</span>
            {identity.trust === "verified" ? (
              <span className="identity-verified" title="Verified: we know that this is theirs">
                <ShieldIcon size={15} />
                <span className="sr-only">verified</span>
              </span>
            ) : (
              <span className="identity-claimed" title="Claimed: nobody has checked it">
                claimed
              </span>
            )}
          </li>
        ))}
      </ul>
      {customer.trust === "claimed" && known && customer.name !== "" && (
        <p className="claim-warning">They say that they are {customer.name}. Check before you tell them anything of this history.</p>
      )}
    </section>
  );
}

function Timeline({ item, zone }: { item: Item; zone: string }) {
  const rows = useParts(conversationView(item.conversation), "timeline_row");
  const [open, setOpen] = useState<string | null>(null);
  const shown = shownOf(item);
  if (rows.length === 0 && shown !== undefined && isNobodys(shown)) return null;
  const sorted = [...rows].sort((a, b) => b.began_ms - a.began_ms || (a.key < b.key ? 1 : -1));
  return (
    <section className="timeline" aria-label="Timeline">
      <h3>
        Timeline {sorted.length > 0 && <span className="tabular">{sorted.length}</span>}
      </h3>
      {sorted.length === 0 && <p className="muted">Nothing before this.</p>}
      <ol>
        {sorted.map((row) => (
          <Row
            key={row.key}
            row={row}
            zone={zone}
            current={row.conversation === item.conversation}
            open={open === row.conversation}
            onOpen={() => setOpen(open === row.conversation ? null : row.conversation)}
          />
        ))}
      </ol>
    </section>
  );
}

interface RowProps {
  readonly row: TimelineRow;
  readonly zone: string;
  readonly current: boolean;
  readonly open: boolean;
  readonly onOpen: () => void;
}

function Row({ row, zone, current, open, onOpen }: RowProps) {
  const now = useNow();
  const took = row.ended_ms === null ? "" : durationWords(row.ended_ms - row.began_ms);
  const facts = [row.queue_name, row.agent_name, row.disposition_name, standing(row.state), took].filter((fact) => fact !== "");
  return (
    <li className="timeline-row" data-current={current}>
      <button type="button" disabled={current} aria-expanded={open} onClick={onOpen} title={instant(row.began_ms, zone)}>
        <MediumBadge medium={row.medium} size={15} />
        <span className="timeline-text">
          <span className="timeline-top">
            <b>{current ? "Now" : MEDIUM[row.medium]}</b>
            <span className="muted">{when(row.began_ms, now, zone)}</span>
          </span>
          {row.summary !== "" && <span className="timeline-summary">{row.summary}</span>}
          <span className="timeline-facts">{facts.join(" · ")}</span>
        </span>
      </button>
      {open && !current && <PastConversation conversation={row.conversation} zone={zone} />}
    </li>
  );
}

/** An earlier conversation to read, in place. */
function PastConversation({ conversation, zone }: { conversation: string; zone: string }) {
  const view = conversationView(conversation);
  const shown = useView(view);
  const refusal = useViewRefusal(view);
  const messages = useParts(view, "message_shown");
  const notes = useParts(view, "note_shown");
  const task = usePart(view, "task", "task_shown");
  if (refusal !== undefined) return <p className="past muted">{refusal}</p>;
  if (shown === undefined) return <p className="past muted">Being fetched …</p>;
  return (
    <div className="past">
      {task !== undefined && (
        <dl>
          {task.fields.map((field) => (
            <div key={field.name}>
              <dt>{field.name}</dt>
              <dd>{field.value}</dd>
            </div>
          ))}
        </dl>
      )}
      {messages.map((message) => (
        <p key={message.key} data-author={message.author}>
          <span className="past-who" title={instant(message.at_ms, zone)}>
            {message.who} {timeOfDay(message.at_ms, zone)}
          </span>
          {message.text}
        </p>
      ))}
      <PastNotes notes={notes} zone={zone} />
      {messages.length === 0 && notes.length === 0 && task === undefined && <p className="muted">Nothing was written.</p>}
    </div>
  );
}
