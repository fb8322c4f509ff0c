import { describe, expect, it } from "vitest";
import * as samples from "../dev/samples";
import { answersItself, CALL_TABLE, type Cell, LINK_TABLE, nextCall, nextLink } from "../src/phone/machine";
import { standingOf } from "../src/phone/controls";
import { PhoneOwner } from "../src/phone/owner";

describe.each([
  ["link", LINK_TABLE as Record<string, Record<string, Cell<string>>>, "off"],
  ["call", CALL_TABLE as Record<string, Record<string, Cell<string>>>, "idle"],
])("the %s table", (_name, table, first) => {
  const states = Object.keys(table);
  const triggers = Object.keys(table[first] ?? {});

  it("has a cell for every state and trigger: a move to a state, or a reason to ignore", () => {
    for (const state of states) {
      expect(Object.keys(table[state] ?? {}).sort()).toEqual([...triggers].sort());
      for (const cell of Object.values(table[state] ?? {})) {
        if ("to" in cell) expect(states).toContain(cell.to);
        else expect(cell.ignore.length).toBeGreaterThan(5);
      }
    }
  });

  it("can reach every state, and leave every one", () => {
    const reached = new Set([first]);
    for (const state of reached) {
      const moves = Object.values(table[state] ?? {}).flatMap((cell) => ("to" in cell ? [cell.to] : []));
      expect(moves.some((to) => to !== state)).toBe(true);
      for (const to of moves) reached.add(to);
    }
    expect([...reached].sort()).toEqual([...states].sort());
  });
});

describe("the soft phone", () => {
  it("rings, is answered, talks and is free again", () => {
    let call = nextCall("idle", "invited");
    call = nextCall(call, "answered_here");
    call = nextCall(call, "audio_stands");
    expect(call).toBe("talking");
    expect(nextCall(nextCall(call, "hung_up_here"), "ended")).toBe("idle");
  });

  it("takes one call at a time", () => {
    expect(nextCall("talking", "invited")).toBe("talking");
  });

  it("is free when the caller gives up while Answer is pressed", () => {
    const call = nextCall("ringing", "ended");
    expect(nextCall(call, "answered_here")).toBe("idle");
  });

  it("is not registered without a microphone, until it is started again", () => {
    expect(nextLink("registered", "no_microphone")).toBe("blocked");
    expect(nextLink("blocked", "started")).toBe("connecting");
  });

  it("finds the switch again by itself after a lost socket", () => {
    expect(nextLink(nextLink(nextLink("registered", "disconnected"), "connected"), "registered")).toBe("registered");
  });

  it("answers by itself only the call that the agent is already in", () => {
    expect(answersItself({ rung: 0, active: 1, lost: 0 })).toBe(true);
    expect(answersItself({ rung: 1, active: 0, lost: 0 })).toBe(false);
    expect(answersItself({ rung: 1, active: 1, lost: 0 })).toBe(false);
    expect(answersItself({ rung: 0, active: 0, lost: 0 })).toBe(false);
    expect(answersItself({ rung: 1, active: 1, lost: 1 })).toBe(true);
  });

  it("does not answer by itself a colleague who asks", () => {
    expect(standingOf([samples.consult(), samples.phone("ringing")])).toEqual({ rung: 1, active: 0, lost: 0 });
    expect(standingOf([samples.consult({ doing: "consulted" })])).toEqual({ rung: 0, active: 0, lost: 0 });
    const call = samples.workOf(samples.offer("o", "v-1", "voice", "Maria", "why"));
    expect(standingOf([call, samples.callOf({ lost_until_ms: 5 })])).toEqual({ rung: 0, active: 1, lost: 1 });
  });
});

/** The part of the Web Locks that the owner needs: one holder, a line behind it, and taking away. */
class PlayedLocks {
  private readonly line: { start: () => void; fail: (error: Error) => void }[] = [];

  request(_name: string, options: LockOptions, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const one = { start: () => void work().then(() => (this.next(one), resolve())), fail: reject };
      if (options.steal) this.line.splice(0, 1, one)[0]?.fail(new Error("taken"));
      else this.line.push(one);
      if (this.line[0] === one) one.start();
    });
  }

  private next(one: object): void {
    if (this.line[0] !== one) return;
    this.line.shift();
    this.line[0]?.start();
  }
}

describe("the phone's owner among several tabs", () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it("is one tab; another may take it over, and gets it when the owner goes", async () => {
    const locks = new PlayedLocks() as unknown as LockManager;
    const first = new PhoneOwner(locks, "phone");
    const second = new PhoneOwner(locks, "phone");
    const owners = () => [first.isOwner(), second.isOwner()];
    await settled();
    expect(owners()).toEqual([true, false]);
    second.takeOver();
    await settled();
    expect(owners()).toEqual([false, true]);
    second.stop();
    await settled();
    expect(owners()).toEqual([true, false]);
  });

  it("is the only tab where the browser has no locks", () => {
    expect(new PhoneOwner(undefined, "phone").isOwner()).toBe(true);
  });
});
