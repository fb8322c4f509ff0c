import { describe, expect, it } from "vitest";
import { itemsOf, selectionAfter, shownOf } from "../src/screens/desk/selection";
import { askedOf, askedWords, callState, callTrouble, customerWords, firstName, partyWords } from "../src/call-words";
import * as samples from "../dev/samples";

const ben = samples.party("Ben Baker", { since_ms: 5 });
const words = (extra: Parameters<typeof samples.callOf>[0]) => callState(samples.callOf(extra), "Zoë Zimmer").words;

describe("a call in hand", () => {
  it("says what goes on, and since when", () => {
    expect(callState(undefined, "Zoë Zimmer")).toEqual({ words: "Talking", sinceMs: null, untilMs: null });
    expect(callState(samples.callOf({ doing: "on_hold", held_since_ms: 42, held_by: "desk" }), "Zoë")).toEqual({ words: "On hold", sinceMs: 42, untilMs: null });
    expect(words({ doing: "on_hold", held_by: "phone" })).toBe("On hold by your phone");
    expect(callState(samples.callOf({ doing: "consulting", own: "consult", customer: "hold", consult_since_ms: 7, parties: [ben] }), "Zoë")).toEqual({ words: "Asking Ben Baker", sinceMs: 7, untilMs: null });
    expect(callState(samples.callOf({ doing: "reconnecting", lost_until_ms: 99 }), "Zoë")).toEqual({ words: "Your phone is being rung again", sinceMs: null, untilMs: 99 });
  });

  it("tells a swapped consultation and a conference by who is heard", () => {
    expect(words({ doing: "consulting", parties: [{ ...ben, at: "hold" }] })).toBe("Back with Zoë");
    expect(words({ parties: [{ ...ben, at: "talk", asked: false }] })).toBe("Conference: you, Zoë, Ben");
    expect(words({ parties: [{ ...ben, at: "talk", asked: false, state: "ringing" }] })).toBe("Talking");
  });

  it("says where each party is", () => {
    const asking = samples.callOf({ doing: "consulting", own: "consult", customer: "hold", parties: [ben] });
    expect(customerWords(asking)).toBe("hears music");
    expect(partyWords(ben, asking)).toBe("talking with you");
    expect(partyWords({ ...ben, state: "ringing" }, asking)).toBe("ringing");
    expect(partyWords({ ...ben, at: "hold" }, samples.callOf())).toBe("hears music");
    expect(askedOf(asking)).toBe(ben);
    expect(customerWords(samples.callOf({ customer: "queue" }))).toBe("waits in the queue");
  });

  it("says why nobody was reached, until somebody else is asked", () => {
    expect(callTrouble(samples.callOf({ consult_failed: "busy" }), "Zoë Zimmer")).toBe("Nobody was reached: the line was busy. You are with Zoë again.");
    expect(callTrouble(samples.callOf({ consult_failed: "busy", parties: [ben] }), "Zoë Zimmer")).toBe("");
    expect(callTrouble(samples.callOf({ failed: true }), "Zoë")).toMatch(/could not make the last change/);
    expect(callTrouble(undefined, "Zoë")).toBe("");
  });

  it("calls people by their first name, and numbers by the whole", () => {
    expect([firstName("Zoë Zimmer"), firstName("+44 20 7946 0101"), firstName("")]).toEqual(["Zoë", "+44 20 7946 0101", ""]);
  });
});

describe("a colleague who asks", () => {
  it("is named with whom it is about, and says when the customer is left here", () => {
    expect(askedWords(samples.consult({ from_name: "Ann Archer", who: "Zoë Zimmer" }))).toBe("Ann Archer asks about Zoë Zimmer");
    expect(askedWords(samples.consult({ from_name: "Ann Archer", who: "Zoë Zimmer", handed_on: true }))).toBe("Ann Archer has handed Zoë over to you");
    expect(askedWords(samples.consult({ from_name: "" }))).toBe("A colleague asks about Maria Lopez");
  });

  it("stands above offers, opens when nothing else is, and stays when the call becomes one's own", () => {
    const mail = samples.workOf(samples.offer("o-m", "m", "mail", "Tom", "why"));
    const chat = samples.offer("o-c", "c", "chat", "Tom", "why");
    const asked = itemsOf([chat], [mail], [samples.consult()]);
    expect(asked.map((item) => item.conversation)).toEqual(["v-7", "c", "m"]);
    expect(selectionAfter("m", [], asked)).toBe("m");
    expect(selectionAfter(null, [], itemsOf([], [], [samples.consult()]))).toBe("v-7");
    const talking = itemsOf([chat], [mail], [samples.consult({ doing: "consulted" })]);
    expect(selectionAfter("m", asked, talking)).toBe("v-7");
    const mine = samples.workOf(samples.offer("l-7", "v-7", "voice", "Maria", "why"));
    const both = itemsOf([chat], [mail, mine], [samples.consult({ doing: "consulted" })]);
    expect(both.filter((item) => item.conversation === "v-7")).toHaveLength(1);
    expect(selectionAfter("v-7", talking, both)).toBe("v-7");
    expect(shownOf(asked[0]!)).toMatchObject({ medium: "voice", who: "Maria Lopez", trust: "verified" });
  });
});
