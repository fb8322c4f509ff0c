/** The rows of the directory from which somebody is chosen: what they are called, how they stand, and what may be done. */

import { durationWords } from "../../format";
import type { Body } from "../../connection";
import type { ColleagueShown, DestinationShown, QueueTarget } from "../../protocol.gen";

export type Group = "people" | "queues" | "outside";

/** How a row's dot looks: free, partly, not at all; places outside have none. */
export type Standing = "free" | "partly" | "away" | "none";

export interface Target {
  readonly key: string;
  readonly group: Group;
  readonly name: string;
  readonly words: string;
  readonly standing: Standing;
  /** Since when a colleague stands so. */
  readonly sinceMs: number | null;
  readonly to: { readonly to_agent?: string; readonly to_queue?: string; readonly to_destination?: string };
  /** Why it cannot be: a few words. Null: it can. */
  readonly notAsked: string | null;
  readonly notHanded: string | null;
}

function colleague(one: ColleagueShown): Target {
  const presence = one.presence === "signed_out" ? "signed out" : one.presence === "not_ready" ? one.reason_name || "not ready" : "ready";
  const there = one.presence !== "signed_out";
  const words = there && one.in_call ? (one.presence === "ready" ? "in a call" : `in a call · ${presence}`) : there && !one.phone_reachable ? `${presence} · phone out of reach` : presence;
  const because = !there ? "signed out" : one.in_call ? "in a call" : !one.phone_reachable ? "phone out of reach" : one.presence === "not_ready" ? "not ready" : "takes no calls now";
  return {
    key: one.key,
    group: "people",
    name: one.name,
    words,
    standing: one.takes_calls ? "free" : one.may_be_asked ? "partly" : "away",
    sinceMs: there ? one.since_ms : null,
    to: { to_agent: one.agent },
    notAsked: one.may_be_asked ? null : because,
    notHanded: one.takes_calls ? null : because,
  };
}

function queue(one: QueueTarget): Target {
  const wait = one.expected_p50_ms === null ? "" : one.expected_p50_ms < 10_000 ? "hardly a wait" : `about ${durationWords(one.expected_p50_ms)} to wait`;
  const facts = [one.opening === "closing" ? "about to close" : one.opening, `${one.ready} ready`, `${one.waiting} waiting`, one.opening === "closed" ? "" : wait];
  return {
    key: one.key,
    group: "queues",
    name: one.name,
    words: facts.filter((fact) => fact !== "").join(" · "),
    standing: one.opening === "closed" ? "away" : one.ready > 0 ? "free" : "partly",
    sinceMs: null,
    to: { to_queue: one.queue },
    notAsked: one.ready > 0 ? null : "nobody is free",
    notHanded: one.opening === "closed" ? "closed" : null,
  };
}

function destination(one: DestinationShown): Target {
  return { key: one.key, group: "outside", name: one.name, words: "outside", standing: "none", sinceMs: null, to: { to_destination: one.destination }, notAsked: null, notHanded: null };
}

interface Directory {
  readonly colleagues: readonly ColleagueShown[];
  readonly queues: readonly QueueTarget[];
  readonly destinations: readonly DestinationShown[];
}

/** By name within each group, however presences change, so that no row moves under the hand. */
export function targetsOf({ colleagues, queues, destinations }: Directory, me: string): readonly Target[] {
  const byName = (a: Target, b: Target) => a.name.localeCompare(b.name) || (a.key < b.key ? -1 : 1);
  return [
    ...colleagues.filter((one) => one.agent !== me).map(colleague).sort(byName),
    ...queues.map(queue).sort(byName),
    ...destinations.map(destination).sort(byName),
  ];
}

const bare = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Rows whose name or standing has all the words, wherever they begin in it; accents need not be typed. */
export function found(targets: readonly Target[], query: string): readonly Target[] {
  const words = bare(query).split(/\s+/).filter((word) => word !== "");
  return targets.filter((target) => {
    const text = ` ${bare(`${target.name} ${target.words}`)}`;
    return words.every((word) => text.includes(` ${word}`));
  });
}

export function asking(handling: string, target: Target): Body {
  return { type: "ask_consult", handling, ...target.to };
}

export function handingOver(handling: string, target: Target): Body {
  return { type: "hand_over_call", handling, ...target.to };
}
