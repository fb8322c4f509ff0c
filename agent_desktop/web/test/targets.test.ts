import { describe, expect, it } from "vitest";
import { asking, found, handingOver, targetsOf } from "../src/screens/desk/targets";
import * as samples from "../dev/samples";

const parts = samples.directory();
const targets = targetsOf(
  {
    colleagues: parts.filter((part) => part.type === "colleague_shown"),
    queues: parts.filter((part) => part.type === "queue_target"),
    destinations: parts.filter((part) => part.type === "destination_shown"),
  },
  "ann",
);
const named = (name: string) => targets.find((target) => target.name === name)!;

describe("the directory", () => {
  it("has everybody but oneself, then queues, then places outside, each by name", () => {
    expect(targets.map((target) => target.name)).toEqual(["Ben Okafor", "Carla Rossi", "Dmitri Ivanov", "Elif Kaya", "Grace Kim", "Hugo Martin", "Evening line", "Sales", "Workshop and service", "Northern Carriers", "Zoë's bicycle repairs"]);
  });

  it("keeps its order when presences change", () => {
    const order = (ben: Parameters<typeof samples.colleague>[1]) => targetsOf({ colleagues: [samples.colleague("Grace Kim"), samples.colleague("Ben Okafor", ben)], queues: [], destinations: [] }, "").map((one) => one.name);
    expect(order({ takes_calls: false, may_be_asked: false, in_call: true })).toEqual(order({}));
  });

  it("says how somebody stands, and why they cannot be asked or given a call", () => {
    expect(named("Ben Okafor")).toMatchObject({ words: "ready", standing: "free", notAsked: null, notHanded: null });
    expect(named("Carla Rossi")).toMatchObject({ words: "in a call", standing: "away", notAsked: "in a call", notHanded: "in a call" });
    expect(named("Dmitri Ivanov")).toMatchObject({ words: "Lunch", standing: "partly", notAsked: null, notHanded: "not ready" });
    expect(named("Elif Kaya")).toMatchObject({ words: "ready · phone out of reach", notAsked: "phone out of reach" });
    expect(named("Hugo Martin")).toMatchObject({ words: "signed out", sinceMs: null, notAsked: "signed out" });
  });

  it("says of a queue whether it is open, who is ready, and how long it may last", () => {
    expect(named("Sales")).toMatchObject({ words: "open · 0 ready · 2 waiting · about 1 min to wait", notAsked: "nobody is free", notHanded: null });
    expect(named("Workshop and service")).toMatchObject({ words: "open · 2 ready · 0 waiting · hardly a wait", notAsked: null, notHanded: null });
    expect(named("Evening line")).toMatchObject({ words: "closed · 0 ready · 0 waiting", notHanded: "closed" });
  });

  it("is searched by the beginnings of words, without accents", () => {
    const names = (query: string) => found(targets, query).map((target) => target.name);
    expect(names("zoe")).toEqual(["Zoë's bicycle repairs"]);
    expect(names("ki gr")).toEqual(["Grace Kim"]);
    expect(names("ready")).toContain("Ben Okafor");
    expect(names("fisher")).toEqual([]);
    expect(names("  ")).toHaveLength(targets.length);
  });

  it("names exactly one whom to ask or to hand over to", () => {
    expect(asking("h", named("Ben Okafor"))).toEqual({ type: "ask_consult", handling: "h", to_agent: "ben" });
    expect(handingOver("h", named("Sales"))).toEqual({ type: "hand_over_call", handling: "h", to_queue: "sales" });
    expect(handingOver("h", named("Northern Carriers"))).toEqual({ type: "hand_over_call", handling: "h", to_destination: "carrier" });
  });
});
