import { describe, expect, it } from "vitest";
import type { AnyPart, Change, Snapshot } from "../src/protocol.gen";
import { afterChange, afterSnapshot, partAt, partsOf } from "../src/store";

const queue = (id: string, waiting: number): AnyPart => ({ type: "queue_glance", key: `queue/${id}`, queue: id, name: id, medium: "voice", waiting, longest_waiting_since_ms: null, may_pull: false });
const snapshot = (number: number, ...parts: AnyPart[]): Snapshot => ({ type: "snapshot", view: "desk", number, server_ms: 0, parts });
const change = (from_number: number, number: number, put: AnyPart[], removed: string[] = []): Change => ({ type: "change", view: "desk", from_number, number, server_ms: 0, put, removed });

describe("a view", () => {
  it("is replaced whole by a snapshot", () => {
    const view = afterSnapshot(snapshot(7, queue("a", 1)));
    expect(view.number).toBe(7);
    expect([...view.parts.keys()]).toEqual(["queue/a"]);
  });

  it("is led on by a change: first removed, then put", () => {
    const view = afterSnapshot(snapshot(7, queue("a", 1), queue("b", 2)));
    const applied = afterChange(view, change(7, 9, [queue("a", 5)], ["queue/a", "queue/b"]));
    if (applied.kind !== "changed") throw new Error(applied.kind);
    expect(applied.view.number).toBe(9);
    expect(partAt(applied.view, "queue/a", "queue_glance")?.waiting).toBe(5);
    expect(applied.view.parts.has("queue/b")).toBe(false);
    expect(partAt(view, "queue/a", "queue_glance")?.waiting).toBe(1);
  });

  it("says that there is a gap when a change starts elsewhere, and when it has no snapshot", () => {
    const view = afterSnapshot(snapshot(7));
    expect(afterChange(view, change(8, 9, [])).kind).toBe("gap");
    expect(afterChange(undefined, change(0, 1, [])).kind).toBe("gap");
  });

  it("takes no change twice", () => {
    const view = afterSnapshot(snapshot(7));
    expect(afterChange(view, change(6, 7, [queue("a", 1)])).kind).toBe("known");
  });

  it("gives the parts of a type in the order of their keys, and the same list while nothing changes", () => {
    const view = afterSnapshot(snapshot(1, queue("b", 0), queue("a", 0)));
    const list = partsOf(view, "queue_glance");
    expect(list.map((part) => part.queue)).toEqual(["a", "b"]);
    expect(partsOf(view, "queue_glance")).toBe(list);
    expect(partAt(view, "queue/a", "me")).toBeUndefined();
  });
});
