/** Small things that stand on several screens. */

import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { useNow } from "../clock";
import { duration, durationWords, instant } from "../format";
import type { Medium, Trust } from "../protocol.gen";
import { MEDIUM } from "../words";
import { MediumIcon, PersonIcon } from "./icons";

/** Time since an instant, ticking. Hidden from screen readers, which would read it out every second. */
export function Since({ ms }: { ms: number }) {
  const now = useNow();
  return (
    <span className="tabular" aria-hidden="true">
      {duration(now - ms)}
    </span>
  );
}

export function MediumBadge({ medium, size = 18 }: { medium: Medium; size?: number }) {
  return (
    <span className="medium-badge" data-medium={medium} role="img" aria-label={MEDIUM[medium]}>
      <MediumIcon medium={medium} size={size} />
    </span>
  );
}

/** Whether we know that it is them, in a word; a claimed identity is never shown as more. */
export function TrustMark({ trust }: { trust: Trust }) {
  return (
    <Tooltip label={trust === "verified" ? "We know that this is theirs." : "They say so; nobody has checked it."}>
      <span className="trust" data-trust={trust}>
        {trust === "verified" ? "Verified" : "Claimed"}
      </span>
    </Tooltip>
  );
}

interface Named {
  readonly medium: Medium;
  readonly who: string;
  readonly why: string;
  readonly customer: string | null;
  readonly trust: Trust;
}

/** A task that is about no customer is called by what is to be done. */
export function isNobodys(item: Named): boolean {
  return item.medium === "task" && item.customer === null;
}

export function nameOf(item: Named): string {
  return isNobodys(item) ? item.why : item.who;
}

export function Trusted({ item }: { item: Named }) {
  return item.customer === null ? null : <TrustMark trust={item.trust} />;
}

/** Seconds matter only near the end. */
function spell(ms: number): string {
  return ms < 3_600_000 ? duration(ms) : durationWords(ms);
}

interface Timed {
  readonly medium: Medium;
  readonly due_ms: number | null;
  readonly arrived_ms: number;
}

/** Until when it is due. Only of written work: a call or chat that was taken has met its time. */
export function Due({ work, zone }: { work: Timed; zone: string }) {
  if (work.medium !== "mail" && work.medium !== "task") return null;
  if (work.due_ms !== null) return <DueAt dueMs={work.due_ms} sinceMs={work.arrived_ms} zone={zone} />;
  return work.medium === "mail" ? <span className="due">Answered</span> : null;
}

/** How close an instant is: a word and a colour when time gets short. */
function DueAt({ dueMs, sinceMs, zone }: { dueMs: number; sinceMs: number; zone: string }) {
  const now = useNow();
  const left = dueMs - now;
  const state = left <= 0 ? "over" : left < (dueMs - sinceMs) * 0.2 ? "near" : "far";
  return (
    <Tooltip label={`Due ${instant(dueMs, zone)}`}>
      <span className="due" data-state={state}>
        {left <= 0 ? `Overdue ${spell(-left)}` : `Due in ${spell(left)}`}
      </span>
    </Tooltip>
  );
}

/** Where the window is narrow the mark is one word; its tooltip says the rest. */
export function RehearsalMark() {
  return (
    <span className="rehearsal-mark" title="Rehearsal: no real calls">
      Rehearsal<span className="mark-more">: no real calls</span>
    </span>
  );
}

export function Key({ children }: { children: ReactNode }) {
  return <kbd className="key">{children}</kbd>;
}

/** The two letters by which a person is found again at a glance; somebody whom we do not know has none. */
export function Initials({ name, large = false, unknown = false }: { name: string; large?: boolean; unknown?: boolean }) {
  if (unknown) {
    return (
      <span className={large ? "initials large" : "initials"} aria-hidden="true">
        <PersonIcon size={large ? 22 : 16} />
      </span>
    );
  }
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const letters = words.length > 1 ? `${words[0]?.[0] ?? ""}${words.at(-1)?.[0] ?? ""}` : (words[0]?.slice(0, 2) ?? "?");
  return (
    <span className={large ? "initials large" : "initials"} aria-hidden="true">
      {letters.toUpperCase()}
    </span>
  );
}
