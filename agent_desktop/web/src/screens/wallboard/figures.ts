/** How a board colours its figures: two thresholds each, a word beside every colour. It counts nothing itself. */

import type { QueueFigures } from "../../protocol.gen";

export type Grade = "good" | "attention" | "action" | "none";

/** Of a total, whose queues may have targets of their own. */
const LONGEST_ATTENTION_MS = 60_000;
const LONGEST_ACTION_MS = 120_000;
const LEVEL_ACTION_BELOW_TARGET = 10;

/** Only people who wait on the line or in a chat wait in seconds; written work has due times instead. */
function isLive(figures: QueueFigures): boolean {
  return figures.medium === "voice" || figures.medium === "chat";
}

export function gradeOfLongest(figures: QueueFigures, nowMs: number): Grade {
  if (figures.longest_waiting_since_ms === null || !isLive(figures)) return "none";
  const waited = nowMs - figures.longest_waiting_since_ms;
  const target = figures.level_within_ms === 0 ? LONGEST_ATTENTION_MS : figures.level_within_ms;
  return waited > Math.max(LONGEST_ACTION_MS, 2 * target) ? "action" : waited > target ? "attention" : "good";
}

export function gradeOfLevel(figures: QueueFigures): Grade {
  if (figures.level_percent === null) return "none";
  if (figures.level_percent >= figures.level_target_percent) return "good";
  return figures.level_percent < figures.level_target_percent - LEVEL_ACTION_BELOW_TARGET ? "action" : "attention";
}

/** People wait and nobody is ready. */
export function gradeOfReady(ready: number, liveWaiting: number): Grade {
  return ready === 0 && liveWaiting > 0 ? "action" : "none";
}

export const GRADE_WORDS: Record<Grade, string> = { good: "on target", attention: "attention", action: "act now", none: "" };

export function percent(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} %`;
}

/** `80 % in 20 s`; of a total over queues with thresholds of their own `80 % in 20 s to 40 s`. */
export function targetWords(figures: QueueFigures, queues: readonly QueueFigures[] = []): string {
  const own = figures.level_within_ms === 0 ? queues.filter((one) => one.medium === figures.medium) : [figures];
  const thresholds = own.map((one) => one.level_within_ms);
  if (thresholds.length === 0) return `${figures.level_target_percent} %`;
  const [least, most] = [within(Math.min(...thresholds)), within(Math.max(...thresholds))];
  return `${figures.level_target_percent} % in ${least === most ? least : `${least} to ${most}`}`;
}

/** In the unit that reads best. */
function within(ms: number): string {
  const s = ms / 1_000;
  return s < 120 ? `${s} s` : s < 7_200 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3_600)} h`;
}
