import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Drafts } from "../src/drafts";
import { Outbox } from "../src/outbox";
import { claimTab, type Keep, RequestCount } from "../src/tab";
import { type Played, played } from "./played";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function keep(): Keep & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

async function live(): Promise<Played> {
  const center = played();
  center.connection.start();
  await vi.advanceTimersByTimeAsync(0);
  center.sockets[0]?.welcome();
  return center;
}

async function answer(center: Played): Promise<void> {
  const last = center.sockets.at(-1)?.sent.at(-1);
  if (last === undefined) throw new Error("nothing was asked");
  center.sockets.at(-1)?.say({ type: "answer", id: last.id, created: null });
  await vi.advanceTimersByTimeAsync(0);
}

describe("a draft", () => {
  it("is saved 300 ms after the last key, with the whole text", async () => {
    const center = await live();
    const drafts = new Drafts(center.connection, keep(), "ann");
    drafts.write("h", "note", "ha");
    await vi.advanceTimersByTimeAsync(200);
    drafts.write("h", "note", "half a no");
    await vi.advanceTimersByTimeAsync(299);
    expect(center.sockets[0]?.of("save_draft")).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(center.sockets[0]?.of("save_draft").map((request) => request.text)).toEqual(["half a no"]);
  });

  it("is saved at once when the page is left", async () => {
    const center = await live();
    const drafts = new Drafts(center.connection, keep(), "ann");
    drafts.write("h", "answer", "Dear M");
    drafts.flush();
    expect(center.sockets[0]?.of("save_draft").map((request) => request.text)).toEqual(["Dear M"]);
  });

  it("that the server never confirmed comes back after a reload, and is sent again", async () => {
    const kept = keep();
    const before = await live();
    new Drafts(before.connection, kept, "ann").write("h", "note", "half a note");
    const after = await live();
    const drafts = new Drafts(after.connection, kept, "ann");
    drafts.shown("h", "note", "half");
    expect(drafts.text("h", "note")).toBe("half a note");
    await vi.advanceTimersByTimeAsync(300);
    expect(after.sockets[0]?.of("save_draft").map((request) => request.text)).toEqual(["half a note"]);
    await answer(after);
    expect(kept.kept.size).toBe(0);
  });

  it("follows what the server shows, but never over what is being typed", async () => {
    const center = await live();
    const drafts = new Drafts(center.connection, keep(), "ann");
    drafts.shown("h", "note", "from the other tab");
    expect(drafts.text("h", "note")).toBe("from the other tab");
    drafts.write("h", "note", "mine");
    drafts.shown("h", "note", "older");
    expect(drafts.text("h", "note")).toBe("mine");
  });

  it("of one user is not shown to another on the same machine", async () => {
    const kept = keep();
    const center = await live();
    new Drafts(center.connection, kept, "ann").write("h", "note", "ann's");
    expect(new Drafts(center.connection, kept, "ben").text("h", "note")).toBe("");
  });

  it("is gone when its work is over", async () => {
    const kept = keep();
    const center = await live();
    const drafts = new Drafts(center.connection, kept, "ann");
    drafts.write("h", "note", "x");
    drafts.forget("h");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(center.sockets[0]?.of("save_draft")).toEqual([]);
    expect(kept.kept.size).toBe(0);
  });
});

describe("a chat line", () => {
  it("is shown at once, and leaves the outbox when the server has it", async () => {
    const center = await live();
    const outbox = new Outbox(center.connection, keep(), () => 5);
    outbox.say("h", "hello");
    expect(outbox.all().map((line) => [line.text, line.failed])).toEqual([["hello", null]]);
    await answer(center);
    expect(outbox.all()).toEqual([]);
  });

  it("is sent again with the same client id after a reload", async () => {
    const kept = keep();
    const before = await live();
    new Outbox(before.connection, kept, () => 5).say("h", "hello");
    const id = before.sockets[0]?.of("send_line")[0]?.client_message;
    const after = await live();
    const outbox = new Outbox(after.connection, kept, () => 6);
    expect(after.sockets[0]?.of("send_line").map((request) => request.client_message)).toEqual([id]);
    await answer(after);
    expect(outbox.all()).toEqual([]);
    expect(kept.kept.size).toBe(0);
  });

  it("that was refused stays with the reason, and is sent again or dropped as the agent says", async () => {
    const center = await live();
    const outbox = new Outbox(center.connection, keep(), () => 5);
    outbox.say("h", "hello");
    center.sockets[0]?.say({ type: "refused", id: 1, reason: "interaction_closed", sentence: "The chat is closed." });
    await vi.advanceTimersByTimeAsync(0);
    const [line] = outbox.all();
    expect(line?.failed).toBe("The chat is closed.");
    outbox.retry(line?.client_message ?? "");
    expect(center.sockets[0]?.of("send_line").map((request) => request.client_message)).toEqual([line?.client_message, line?.client_message]);
    outbox.discard(line?.client_message ?? "");
    expect(outbox.all()).toEqual([]);
  });
});

describe("a tab", () => {
  const locks = (held: Set<string>) =>
    ({
      request: (name: string, _options: LockOptions, work: (lock: object | null) => unknown) => {
        if (held.has(name)) return Promise.resolve(work(null));
        held.add(name);
        return Promise.resolve(work({}));
      },
    }) as unknown as LockManager;

  it("keeps its id and goes on counting after a reload", async () => {
    const kept = keep();
    const id = await claimTab(kept, locks(new Set()));
    expect(id).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
    const count = new RequestCount(kept, "tab-requests");
    expect([count.next(), count.next()]).toEqual([1, 2]);
    expect(await claimTab(kept, locks(new Set()))).toBe(id);
    expect(new RequestCount(kept, "tab-requests").next()).toBe(3);
  });

  it("that was duplicated takes a new id and counts from one", async () => {
    const kept = keep();
    const held = new Set<string>();
    const id = await claimTab(kept, locks(held));
    new RequestCount(kept, "tab-requests").next();
    const second = claimTab(kept, locks(held));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await second).not.toBe(id);
    expect(new RequestCount(kept, "tab-requests").next()).toBe(1);
  });
});
