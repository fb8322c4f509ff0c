import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Outcome } from "../src/connection";
import { type Played, played } from "./played";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settled = async () => await vi.advanceTimersByTimeAsync(0);

async function live(): Promise<Played> {
  const center = played();
  center.connection.start();
  await settled();
  center.sockets[0]?.welcome();
  return center;
}

const socketOf = (center: Played, at = -1) => {
  const socket = center.sockets.at(at);
  if (socket === undefined) throw new Error("no socket was dialled");
  return socket;
};

describe("a request", () => {
  it("gets the one answer with its own id", async () => {
    const center = await live();
    const outcomes: Outcome[] = [];
    void center.connection.request({ type: "accept_offer", offer: "a" }).then((outcome) => outcomes.push(outcome));
    void center.connection.request({ type: "decline_offer", offer: "b" }).then((outcome) => outcomes.push(outcome));
    socketOf(center).say({ type: "refused", id: 2, reason: "offer_ended", sentence: "It has ended." });
    socketOf(center).say({ type: "answer", id: 1, created: null });
    await settled();
    expect(outcomes.map((outcome) => [outcome.id, outcome.type])).toEqual([
      [2, "refused"],
      [1, "answer"],
    ]);
  });

  it("is sent again with the same id after a lost socket, in order, and settles once", async () => {
    const center = await live();
    const outcomes: Outcome[] = [];
    void center.connection.request({ type: "accept_offer", offer: "a" }).then((outcome) => outcomes.push(outcome));
    void center.connection.request({ type: "save_draft", handling: "h", kind: "note", text: "x" }).then((outcome) => outcomes.push(outcome));
    socketOf(center).breakOff();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(center.sockets).toHaveLength(2);
    expect(socketOf(center).sent).toEqual([]);
    socketOf(center).welcome(1);
    expect(socketOf(center).sent.map((request) => request.id)).toEqual([1, 2]);
    socketOf(center).say({ type: "answer", id: 1, created: null });
    socketOf(center).say({ type: "answer", id: 1, created: null });
    socketOf(center).say({ type: "answer", id: 2, created: null });
    await settled();
    expect(outcomes).toHaveLength(2);
  });

  it("that may be lost is not sent again", async () => {
    const center = await live();
    const outcome = center.connection.request({ type: "tell_typing", handling: "h", typing: true });
    socketOf(center).breakOff();
    await expect(outcome).resolves.toMatchObject({ type: "refused", reason: "try_again" });
    await vi.advanceTimersByTimeAsync(1_000);
    socketOf(center).welcome(1);
    expect(socketOf(center).of("tell_typing")).toEqual([]);
  });

  it("waits for a connection when it is made without one", async () => {
    const center = played();
    center.refuse = "unreachable";
    center.connection.start();
    await settled();
    const outcome = center.connection.request({ type: "accept_offer", offer: "a" });
    center.refuse = undefined;
    await vi.advanceTimersByTimeAsync(10_000);
    socketOf(center).welcome();
    socketOf(center).say({ type: "answer", id: 1, created: null });
    await expect(outcome).resolves.toMatchObject({ type: "answer" });
  });

  it("is tried again with the same id when the server has decided nothing, and not for ever", async () => {
    const center = await live();
    const outcome = center.connection.request({ type: "accept_offer", offer: "a" });
    for (let tries = 0; tries < 7; tries += 1) {
      socketOf(center).say({ type: "refused", id: 1, reason: "try_again", sentence: "Try again." });
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(socketOf(center).of("accept_offer").map((request) => request.id)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    await expect(outcome).resolves.toMatchObject({ reason: "try_again" });
  });

  it("that is tried again after a later one was carried out gets a new id, as the router takes them in order", async () => {
    const center = await live();
    const first = center.connection.request({ type: "accept_offer", offer: "a" });
    void center.connection.request({ type: "set_presence", presence: "ready", reason: null });
    socketOf(center).say({ type: "refused", id: 1, reason: "try_again", sentence: "Try again." });
    socketOf(center).say({ type: "answer", id: 2, created: null });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(socketOf(center).of("accept_offer").map((request) => request.id)).toEqual([1, 3]);
    socketOf(center).say({ type: "answer", id: 3, created: null });
    await expect(first).resolves.toMatchObject({ type: "answer", id: 3 });
  });

  it("counts on from what the server has already answered for this tab", async () => {
    const center = played();
    center.connection.start();
    await settled();
    socketOf(center).welcome(41);
    void center.connection.request({ type: "accept_offer", offer: "a" });
    expect(socketOf(center).sent.at(-1)?.id).toBe(42);
  });
});

describe("the link", () => {
  it("is live after the welcome, reconnecting after a break, live again by itself", async () => {
    const center = await live();
    const states: string[] = [];
    center.connection.onState((state) => states.push(state));
    socketOf(center).breakOff();
    await vi.advanceTimersByTimeAsync(1_000);
    socketOf(center).welcome();
    expect(states).toEqual(["reconnecting", "live"]);
  });

  it("is offline when it stays down, and waits no longer than eight seconds between tries", async () => {
    const center = await live();
    center.refuse = "unreachable";
    socketOf(center).breakOff();
    for (let second = 0; second < 40; second += 1) {
      center.time += 1_000;
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(center.connection.linkState).toBe("offline");
    center.refuse = undefined;
    await vi.advanceTimersByTimeAsync(8_000);
    expect(center.sockets).toHaveLength(2);
  });

  it("is given up when nothing was heard for fifteen seconds, though the socket says nothing", async () => {
    const center = await live();
    const first = socketOf(center);
    for (let second = 0; second < 17; second += 1) {
      center.time += 1_000;
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(first.closed).toBe(true);
    expect(first.of("ping").length).toBeGreaterThanOrEqual(2);
    expect(center.sockets.length).toBeGreaterThan(1);
  });

  it("ignores what a socket says that was given up", async () => {
    const center = await live();
    const first = socketOf(center);
    const heard = vi.fn();
    center.connection.onMessage(heard);
    first.breakOff();
    first.say({ type: "heartbeat", server_ms: 1 });
    expect(heard).not.toHaveBeenCalled();
  });

  it("ends when the session has ended, settles what waits, and is not tried again", async () => {
    const center = await live();
    const outcome = center.connection.request({ type: "accept_offer", offer: "a" });
    socketOf(center).say({ type: "farewell", reason: "signed_out" });
    await expect(outcome).resolves.toMatchObject({ type: "refused" });
    expect(center.connection.linkState).toBe("ended");
    expect(center.connection.endedBecause).toBe("signed_out");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(center.sockets).toHaveLength(1);
  });

  it("reconnects after a server that stops", async () => {
    const center = await live();
    socketOf(center).say({ type: "farewell", reason: "stopping" });
    socketOf(center).breakOff();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(center.sockets).toHaveLength(2);
  });

  it("dials at once when the machine wakes up", async () => {
    const center = await live();
    center.refuse = "unreachable";
    socketOf(center).breakOff();
    await vi.advanceTimersByTimeAsync(20_000);
    center.refuse = undefined;
    center.connection.verify();
    await settled();
    expect(center.sockets).toHaveLength(2);
  });

  it("leaves nothing behind: a listener that has unsubscribed hears nothing", async () => {
    const center = await live();
    const heard = vi.fn();
    center.connection.onMessage(heard)();
    center.connection.onState(heard)();
    socketOf(center).say({ type: "heartbeat", server_ms: 1 });
    socketOf(center).breakOff();
    expect(heard).not.toHaveBeenCalled();
    center.connection.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
