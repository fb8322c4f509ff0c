import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AnyMessage, AnyPart } from "../src/protocol.gen";
import { Views } from "../src/views";
import { type Played, played } from "./played";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const part = (key: string): AnyPart => ({ type: "queue_glance", key, queue: key, name: key, medium: "voice", waiting: 0, longest_waiting_since_ms: null, may_pull: false });
const snapshot = (number: number, ...keys: string[]): AnyMessage => ({ type: "snapshot", view: "desk", number, server_ms: 0, parts: keys.map(part) });
const change = (from_number: number, number: number, ...keys: string[]): AnyMessage => ({ type: "change", view: "desk", from_number, number, server_ms: 0, put: keys.map(part), removed: [] });

async function start(): Promise<{ center: Played; views: Views }> {
  const center = played();
  const views = new Views(center.connection);
  center.connection.start();
  await vi.advanceTimersByTimeAsync(0);
  center.sockets[0]?.welcome();
  return { center, views };
}

const opened = (center: Played) => center.sockets.at(-1)?.of("open_view").map((request) => request.from_number) ?? [];
const answerAll = (center: Played) => {
  for (const request of center.sockets.at(-1)?.sent ?? []) center.sockets.at(-1)?.say({ type: "answer", id: request.id, created: null });
};

describe("a watched view", () => {
  it("is opened once, however many watch it, and closed a little after the last has left", async () => {
    const { center, views } = await start();
    const leaveOne = views.watch("desk");
    const leaveTwo = views.watch("desk");
    expect(opened(center)).toEqual([null]);
    leaveOne();
    leaveTwo();
    expect(center.sockets[0]?.of("close_view")).toEqual([]);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(center.sockets[0]?.of("close_view")).toHaveLength(1);
    expect(views.get("desk")).toBeUndefined();
  });

  it("is resumed from its number after a reconnect, and goes on by changes alone", async () => {
    const { center, views } = await start();
    views.watch("desk");
    center.sockets[0]?.say(snapshot(5, "a"));
    center.sockets[0]?.say(change(5, 6, "b"));
    center.sockets[0]?.breakOff();
    await vi.advanceTimersByTimeAsync(1_000);
    center.sockets[1]?.welcome();
    expect(opened(center)).toEqual([6]);
    center.sockets[1]?.say(change(6, 9, "c"));
    expect([...(views.get("desk")?.parts.keys() ?? [])]).toEqual(["a", "b", "c"]);
  });

  it("is opened again from where it stands when a change does not fit, once, and takes the snapshot", async () => {
    const { center, views } = await start();
    views.watch("desk");
    center.sockets[0]?.say(snapshot(5, "a"));
    answerAll(center);
    await vi.advanceTimersByTimeAsync(0);
    center.sockets[0]?.say(change(7, 8, "x"));
    center.sockets[0]?.say(change(8, 9, "y"));
    expect(opened(center)).toEqual([null, 5]);
    expect([...(views.get("desk")?.parts.keys() ?? [])]).toEqual(["a"]);
    center.sockets[0]?.say(snapshot(9, "a", "x", "y"));
    expect(views.get("desk")?.number).toBe(9);
    center.sockets[0]?.say(change(9, 10, "z"));
    expect(views.get("desk")?.parts.has("z")).toBe(true);
  });

  it("keeps showing what it showed while there is no connection", async () => {
    const { center, views } = await start();
    views.watch("desk");
    center.sockets[0]?.say(snapshot(5, "a"));
    center.sockets[0]?.breakOff();
    expect(views.get("desk")?.parts.has("a")).toBe(true);
  });

  it("says why it may not be seen", async () => {
    const { center, views } = await start();
    views.watch("wallboard");
    center.sockets[0]?.say({ type: "refused", id: 1, reason: "not_allowed", sentence: "You may not see this." });
    await vi.advanceTimersByTimeAsync(0);
    expect(views.refusalOf("wallboard")).toBe("You may not see this.");
  });

  it("tells its listeners of each change, and nobody who has unsubscribed", async () => {
    const { center, views } = await start();
    const heard = vi.fn();
    const leave = views.subscribe(heard);
    views.watch("desk");
    center.sockets[0]?.say(snapshot(5, "a"));
    center.sockets[0]?.say(change(4, 5, "a"));
    expect(heard).toHaveBeenCalledTimes(1);
    leave();
    center.sockets[0]?.say(change(5, 6, "b"));
    expect(heard).toHaveBeenCalledTimes(1);
  });
});

describe("somebody writing", () => {
  it("is shown until it is told otherwise or six seconds have passed", async () => {
    const { center, views } = await start();
    center.sockets[0]?.say({ type: "typing_shown", conversation: "c", typing: true });
    expect(views.isTyping("c")).toBe(true);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(views.isTyping("c")).toBe(false);
  });
});
