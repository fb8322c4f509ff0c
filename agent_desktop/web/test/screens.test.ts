import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { ServerClock } from "../src/clock";
import { duration, durationWords, when } from "../src/format";
import type { Center, QueueFigures } from "../src/protocol.gen";
import { itemsOf, neighbour, selectionAfter } from "../src/screens/desk/selection";
import { gradeOfLevel, gradeOfLongest, gradeOfReady, percent, targetWords } from "../src/screens/wallboard/figures";
import { lasting } from "../src/parts/troubles";
import { KeptAwayLine } from "../src/screens/desk/kept-away";
import { notReadyBecause } from "../src/screens/desk/not-ready";
import { ownSubject } from "../src/screens/desk/thread";
import { afterThis, backOffBecause, dueWords, priorityWords, waitWords } from "../src/words";
import * as samples from "../dev/samples";

const offer = (id: string, at = 0) => samples.offer(`o-${id}`, id, "chat", "Maria", "why", { offered_ms: at });
const work = (id: string, at: number, state: "active" | "wrap_up" = "active") => samples.workOf(offer(id), { started_ms: at, state });

describe("what stands in the middle", () => {
  it("lists offers, then active work, then wrap-up, each in the order in which it began", () => {
    const items = itemsOf([offer("o2", 9), offer("o1", 3)], [work("w2", 8), work("u1", 1, "wrap_up"), work("w1", 2)]);
    expect(items.map((item) => item.conversation)).toEqual(["o1", "o2", "w1", "w2", "u1"]);
  });

  it("puts who waits on the line above what was written, so that the keys take the call", () => {
    const mail = samples.offer("o-m", "m", "mail", "Maria", "why", { offered_ms: 1 });
    const call = samples.offer("o-v", "v", "voice", "Maria", "why", { offered_ms: 5 });
    expect(itemsOf([mail, offer("c", 3), call], []).map((item) => item.conversation)).toEqual(["v", "c", "m"]);
  });

  it("is not changed by an offer while something is open", () => {
    const before = itemsOf([], [work("a", 1)]);
    expect(selectionAfter("a", before, itemsOf([offer("b")], [work("a", 1)]))).toBe("a");
  });

  it("is the offer when nothing else is open", () => {
    expect(selectionAfter(null, [], itemsOf([offer("b")], []))).toBe("b");
  });

  it("is what the agent has just taken", () => {
    const before = itemsOf([offer("b")], [work("a", 1)]);
    expect(selectionAfter("a", before, itemsOf([], [work("a", 1), work("b", 2)]))).toBe("b");
  });

  it("is other work when the selected is over, and nothing when there is none", () => {
    const before = itemsOf([], [work("a", 1), work("b", 2)]);
    expect(selectionAfter("a", before, itemsOf([offer("c")], [work("b", 2)]))).toBe("b");
    expect(selectionAfter("a", before, [])).toBeNull();
  });

  it("is walked around its ends", () => {
    const items = itemsOf([], [work("a", 1), work("b", 2)]);
    expect(neighbour("b", items, 1)).toBe("a");
    expect(neighbour("a", items, -1)).toBe("b");
    expect(neighbour(null, items, 1)).toBe("a");
    expect(neighbour("a", [], 1)).toBeNull();
  });
});

describe("what keeps waiting work away", () => {
  it("is the server's line, as text", () => {
    expect(renderToStaticMarkup(createElement(KeptAwayLine, { line: "Kept free for R&D: chats wait" }))).toBe('<p class="kept-away">Kept free for R&amp;D: chats wait.</p>');
  });
});

describe("the board's colours", () => {
  const figures = samples.wallboard().find((part): part is QueueFigures => part.key === "queue/sales") as QueueFigures;

  it("grade the service level against its own target, with none when nothing was counted", () => {
    expect(gradeOfLevel({ ...figures, level_percent: 80 })).toBe("good");
    expect(gradeOfLevel({ ...figures, level_percent: 79.9 })).toBe("attention");
    expect(gradeOfLevel({ ...figures, level_percent: 69.9 })).toBe("action");
    expect(gradeOfLevel({ ...figures, level_percent: null })).toBe("none");
    expect(percent(null)).toBe("–");
  });

  it("grade waiting on the line, not waiting in a mailbox", () => {
    const waits = { ...figures, longest_waiting_since_ms: 0 };
    const ofSales = { ...waits, level_within_ms: 20_000 };
    expect([20_000, 21_000, 121_000].map((now) => gradeOfLongest(ofSales, now))).toEqual(["good", "attention", "action"]);
    const patient = { ...waits, level_within_ms: 90_000 };
    expect([90_000, 121_000, 181_000].map((now) => gradeOfLongest(patient, now))).toEqual(["good", "attention", "action"]);
    const total = { ...waits, level_within_ms: 0 };
    expect([60_000, 61_000, 121_000].map((now) => gradeOfLongest(total, now))).toEqual(["good", "attention", "action"]);
    expect(gradeOfLongest({ ...waits, medium: "mail" }, 999_999)).toBe("none");
    expect(gradeOfLongest({ ...waits, longest_waiting_since_ms: null }, 5)).toBe("none");
  });

  it("name the thresholds of a total's queues", () => {
    const total = { ...figures, queue: null, level_target_percent: 80, level_within_ms: 0 };
    const [sales, service] = [20_000, 40_000].map((level_within_ms) => ({ ...figures, level_within_ms }));
    expect(targetWords(total, [sales!, service!])).toBe("80 % in 20 s to 40 s");
    expect(targetWords(total, [sales!, sales!, { ...figures, medium: "chat" }])).toBe("80 % in 20 s");
    expect(targetWords(total)).toBe("80 %");
  });

  it("are red at once when somebody waits and nobody is ready", () => {
    expect(gradeOfReady(0, 1)).toBe("action");
    expect(gradeOfReady(1, 9)).toBe("none");
    expect(gradeOfReady(0, 0)).toBe("none");
  });

  it("name the target in the unit that reads best", () => {
    expect([20_000, 240_000, 14_400_000].map((level_within_ms) => targetWords({ ...figures, level_within_ms }))).toEqual(["80 % in 20 s", "80 % in 4 min", "80 % in 4 h"]);
    expect(targetWords({ ...figures, level_within_ms: 0 })).toBe("80 %");
  });
});

describe("the expected wait", () => {
  const wait = (medium: "voice" | "mail", p50: number | null, p90: number | null) => waitWords({ medium, expected_p50_ms: p50, expected_p90_ms: p90 });

  it("is told between two lengths, and not at all for written work", () => {
    expect(wait("voice", 65_000, 175_000)).toBe("1–3 min");
    expect(wait("voice", 24_000, 47_000)).toBe("20–50 s");
    expect(wait("voice", 20_000, 130_000)).toBe("under 3 min");
    expect(wait("voice", 2_000, 9_000)).toBe("under 10 s");
    expect(wait("voice", 0, 0)).toBe("none");
    expect(wait("voice", null, null)).toBe("unknown");
    expect(wait("mail", null, null)).toBe("");
  });
});

describe("time", () => {
  it("is the server's, by the sample with the least delay", () => {
    let local = 1_000;
    const clock = new ServerClock(() => local);
    clock.heard(5_900);
    local = 2_000;
    clock.heard(7_000);
    local = 3_000;
    clock.heard(7_200);
    expect(clock.offsetMs).toBe(5_000);
    expect(clock.now()).toBe(8_000);
  });

  it("reads as people read it", () => {
    expect([0, 59_999, 61_000, 3_725_000, -5].map(duration)).toEqual(["0:00", "0:59", "1:01", "1:02:05", "0:00"]);
    expect([30_000, 180_000, 7_500_000, 200_000_000].map(durationWords)).toEqual(["30 s", "3 min", "2 h 5 min", "2 days"]);
    const noon = Date.UTC(2026, 10, 20, 12);
    expect(when(noon, noon + 3_600_000, "Europe/London")).toBe("12:00");
    expect(when(noon, noon + 86_400_000, "Europe/London")).toContain("Fri");
    expect(when(noon, noon + 20 * 86_400_000, "Europe/London")).toBe("20 Nov");
    expect(when(noon, noon + 100 * 86_400_000, "Europe/London")).toBe("20 Nov 2026");
    expect(when(noon, noon, "No/Such")).toBe("12:00");
  });
});

describe("why no offer comes for some seconds", () => {
  it("speaks of the phone where there are calls", () => {
    expect(backOffBecause(["chat", "voice"])).toBe("an offer was declined or your phone could not take a call");
  });

  it("knows no phone where there are none", () => {
    expect(backOffBecause(["mail", "chat", "task"])).not.toMatch(/phone|call/);
  });
});

describe("a channel that does not work", () => {
  it("is shown when it lasts, not while it is being opened", () => {
    const down = { type: "channel_down", key: "channel/hello", name: "Mailbox hello", medium: "mail", sentence: "No answer.", since_ms: 10_000 } as const;
    expect(lasting([down], 12_900)).toEqual([]);
    expect(lasting([down], 13_000)).toEqual([down]);
  });
});

describe("a mail's subject", () => {
  it("is said only where it is another than the thread's", () => {
    const mail = (subject: string | null) => samples.line(1, "customer", "Maria", "Hello", 0, { subject });
    expect(ownSubject(mail("Re: Child seat"), "Child seat")).toBeNull();
    expect(ownSubject(mail("Child seat"), "AW: Re: Child seat")).toBeNull();
    expect(ownSubject(mail(null), "Child seat")).toBeNull();
    expect(ownSubject(mail("Fwd: Child seat"), "Child seat")).toBe("Fwd: Child seat");
  });
});

describe("a presence that was planned or set", () => {
  const center = samples.desk().find((part): part is Center => part.key === "center") as Center;
  const ann = samples.me("ann", "Ann Fisher", "agent");

  it("is called by its reason and by when it comes", () => {
    expect(afterThis("not_ready", "Break")).toBe("Break after this");
    expect(afterThis("signed_out", "")).toBe("Sign-out after this");
    expect(afterThis("not_ready", "")).toBe("Not ready after this");
    expect(afterThis(null, "")).toBe("");
  });

  it("says by whom it was set, and that it lasts too long", () => {
    const forced = { ...ann, presence: "not_ready", by: "supervisor", reason: "lunch", forced_by_name: "Max Weber" } as const;
    expect(notReadyBecause(forced, center).title).toBe("Set by Max Weber: Lunch.");
    expect(notReadyBecause({ ...forced, overrun_since_ms: 1 }, center).words).toMatch(/longer than the reason allows/);
    expect(notReadyBecause({ ...ann, presence: "not_ready", reason: "break", overrun_since_ms: 1 }, center).words).toMatch(/longer than the reason allows/);
    expect(notReadyBecause({ ...ann, presence: "not_ready", reason: "break" }, center).words).toBe("Nothing is offered until you are.");
  });
});

describe("a line of what waits", () => {
  it("tells due times to the second only near them", () => {
    expect([61_000, -61_000, 7_500_000, -7_500_000].map(dueWords)).toEqual(["in 1:01", "1:01 overdue", "in 2 h 5 min", "2 h 5 min overdue"]);
  });

  it("shows a priority only where somebody has set one", () => {
    expect([0, 5, -5].map(priorityWords)).toEqual(["–", "+5", "−5"]);
  });
});
