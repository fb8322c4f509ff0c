import { describe, expect, it } from "vitest";
import * as samples from "../dev/samples";
import type { Explanation, Left, Waiting } from "../src/protocol.gen";
import { againstWords, carriesWords, chosenWords, countedReasons, nowWords } from "../src/why-words";

const left = (because: Left["because"], more: Partial<Left> = {}): Left => ({ agent: "ann", because, reason: null, carries: [], kept_for: [], lent_to: null, ...more });
const nameOf = (agent: string) => agent.toUpperCase();
const called = { reason: (id: string) => (id === "lunch" ? "Lunch" : id), queue: (id: string) => (id === "sales" ? "Sales" : id) };
const offer = samples.why(false).offers[0]?.explanation as Explanation;
const waiting = samples.why(true).now as Waiting;

describe("the words for why not", () => {
  it("name a pause by its reason, and what fills an agent", () => {
    expect(againstWords(left(["not_ready"], { reason: "lunch" }), called)).toBe("not ready (Lunch)");
    expect(againstWords(left(["limit_reached"], { carries: ["chat", "mail", "chat"] }), called)).toBe("has as many of these as allowed; has 2 chats, 1 e-mail in hand");
    expect(carriesWords([])).toBe("");
    expect(againstWords(left(["kept_for_others"], { kept_for: ["sales"] }), called)).toBe("kept for Sales");
    expect(againstWords(left(["lent_elsewhere"], { lent_to: "sales" }), called)).toBe("lent to Sales alone");
  });

  it("count by the first reason, the most frequent first", () => {
    const others = [left(["signed_out", "no_desktop"]), left(["not_ready"]), left(["signed_out"])];
    expect(countedReasons(others)).toEqual([
      ["signed_out", 2],
      ["not_ready", 1],
    ]);
  });

  it("say of waiting work what is no matter of each agent", () => {
    expect(nowWords({ ...waiting, offered_to: "ben" }, nameOf)).toBe("It is being offered to BEN.");
    expect(nowWords({ ...waiting, parked_until_ms: 5 }, nameOf)).toContain("parked");
    expect(nowWords(waiting, nameOf)).toBe("Nobody can take it now.");
    expect(nowWords({ ...waiting, others: [left(["others_before"])] }, nameOf)).toContain("more urgent");
  });

  it("say who was chosen among whom, and who would have been next", () => {
    expect(chosenWords(offer, nameOf)).toBe("DMITRI was first of 2 who could take it: idle for longest (3 min). Next was GRACE.");
    expect(chosenWords({ ...offer, candidates: offer.candidates.slice(0, 1), runner_up: null }, nameOf)).toBe("DMITRI was the only one who could take it.");
    expect(chosenWords({ ...offer, because: "pulled" }, nameOf)).toBe("Taken by DMITRI out of its turn.");
    expect(chosenWords({ ...offer, because: "held" }, nameOf)).toContain("kept free for it");
  });
});
