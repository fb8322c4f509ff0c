/** Offers pinned on top, then my work, active and in wrap-up; a list to walk by keys. */

import type { KeyboardEvent } from "react";
import { Due, isNobodys, MediumBadge, nameOf, Since } from "../../parts/small";
import type { Center, Me, WorkItem } from "../../protocol.gen";
import { ConsultCardView } from "./consult-card";
import { KeptAway } from "./kept-away";
import { NotReadyNotice } from "./not-ready";
import { OfferCardView } from "./offer-card";
import { type Item, neighbour } from "./selection";

interface Props {
  readonly items: readonly Item[];
  readonly selected: string | null;
  readonly center: Center;
  readonly me: Me;
  readonly onSelect: (conversation: string) => void;
}

export function LeftRail({ items, selected, center, me, onSelect }: Props) {
  const { zone } = center;
  const offers = items.flatMap((item) => (item.offer === undefined ? [] : [item.offer]));
  const consults = items.flatMap((item) => (item.consult === undefined ? [] : [item.consult]));
  const rung = consults.find((one) => one.doing === "ringing");
  const active = items.flatMap((item) => (item.work?.state === "active" ? [item.work] : []));
  const wrapUp = items.flatMap((item) => (item.work?.state === "wrap_up" ? [item.work] : []));
  const walk = (event: KeyboardEvent) => {
    const step = event.key === "j" || event.key === "ArrowDown" ? 1 : event.key === "k" || event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const to = neighbour(selected, items, step);
    if (to === null) return;
    onSelect(to);
    event.currentTarget.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(to)}"]`)?.focus();
  };
  return (
    <nav className="left-rail" aria-label="Offers and my work" onKeyDown={walk}>
      <div className="offers" aria-live="assertive" aria-relevant="additions">
        {consults.map((card) => (
          <ConsultCardView key={card.key} card={card} keyed={card === rung} selected={card.conversation === selected} onSelect={() => onSelect(card.conversation)} />
        ))}
        {offers.map((offer, index) => (
          <OfferCardView
            key={offer.key}
            offer={offer}
            keyed={rung === undefined && index === 0}
            selected={offer.conversation === selected}
            onSelect={() => onSelect(offer.conversation)}
          />
        ))}
      </div>
      {items.length > 0 && <NotReadyNotice me={me} center={center} />}
      <Group title="Active" work={active} selected={selected} zone={zone} onSelect={onSelect} />
      <Group title="Wrap-up" work={wrapUp} selected={selected} zone={zone} onSelect={onSelect} />
      {/* Last, so that no row moves when it comes and goes. */}
      {items.length > 0 && <KeptAway />}
      {items.length === 0 && <p className="rail-empty">No work in hand.</p>}
    </nav>
  );
}

interface GroupProps extends Pick<Props, "selected" | "onSelect"> {
  readonly zone: string;
  readonly title: string;
  readonly work: readonly WorkItem[];
}

function Group({ title, work, selected, zone, onSelect }: GroupProps) {
  if (work.length === 0) return null;
  return (
    <section className="work-group">
      <h2>
        {title} <span className="tabular">{work.length}</span>
      </h2>
      <ul>
        {work.map((one) => (
          <li key={one.key}>
            <WorkRow work={one} zone={zone} selected={one.conversation === selected} onSelect={() => onSelect(one.conversation)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function WorkRow({ work, zone, selected, onSelect }: { work: WorkItem; zone: string; selected: boolean; onSelect: () => void }) {
  const since = work.state === "wrap_up" ? (work.wrap_up_since_ms ?? work.started_ms) : work.started_ms;
  const line = work.last_line || (isNobodys(work) ? "" : work.why);
  return (
    <button
      type="button"
      className="work-row"
      data-conversation={work.conversation}
      data-selected={selected}
      aria-current={selected}
      onClick={onSelect}
    >
      <MediumBadge medium={work.medium} />
      <span className="work-text">
        <span className="work-top">
          <b>{nameOf(work)}</b>
          <Since ms={since} />
        </span>
        <span className="work-line">
          <span>{line || work.queue_name}</span>
          {work.unread > 0 && (
            <span className="unread tabular">
              {work.unread}
              <span className="sr-only"> unread</span>
            </span>
          )}
        </span>
        <span className="work-queue">
          {line === "" ? "" : work.queue_name}
          {work.customer_gone && work.state === "active" && <span className="gone">customer left</span>}
          {work.state === "active" && <Due work={work} zone={zone} />}
          {work.state === "wrap_up" && work.wrap_up_optional && <span className="due">optional</span>}
        </span>
      </span>
    </button>
  );
}
