import assert from "node:assert/strict";
import test from "node:test";
import { readToFrame, readToPage } from "../src/frame_messages.ts";
import { Conversation } from "../src/app/conversation.ts";
import type { LineShown } from "../src/app/protocol.ts";

function line(seq: number, author = "agent", client_id?: string): LineShown {
  return { seq, at_ms: seq, author, text: `${author} ${seq}`, ...(client_id === undefined ? {} : { client_id }) };
}

function welcomed(conversation?: string): Conversation {
  const talk = new Conversation();
  talk.receive({ type: "welcome", token: "t1", site: "s", title: "T", greeting: "g", ...(conversation ? { conversation } : {}) });
  return talk;
}

test("only the next number is applied; a gap is asked for and a repeated line is not shown twice", () => {
  const talk = welcomed("c-1");
  assert.equal(talk.receive({ type: "lines", conversation: "c-1", lines: [line(2)] }).ask, true);
  talk.receive({ type: "lines", conversation: "c-1", lines: [line(1), line(2)] });
  talk.receive({ type: "lines", conversation: "c-1", lines: [line(2), line(3)] });
  assert.deepEqual(talk.lines.map(({ seq }) => seq), [1, 2, 3]);
  assert.equal(talk.receive({ type: "heartbeat", last_seq: 4 }).ask, true);
  assert.equal(talk.receive({ type: "heartbeat", last_seq: 3 }).ask, false);
});

test("an own line is sent until its ack, one at a time, and goes over into the log once", () => {
  const talk = welcomed();
  talk.write("a", "one");
  talk.write("b", "two");
  assert.equal(talk.next()?.client_id, "a");
  talk.receive({ type: "ack", client_id: "a", conversation: "c-1", seq: 1 });
  assert.equal(talk.next()?.client_id, "b");
  assert.deepEqual(talk.unsent.map(({ state }) => state), ["sent", "sending"]);
  talk.receive({ type: "lines", conversation: "c-1", lines: [line(1, "visitor", "a")] });
  assert.deepEqual(talk.unsent.map(({ client_id }) => client_id), ["b"]);
});

test("a refused line waits for the person, one that was too fast for the time", () => {
  const talk = welcomed("c-1");
  talk.write("a", "one");
  assert.equal(talk.receive({ type: "refused", reason: "too_fast", sentence: "s", client_id: "a", again_ms: 9 }).againMs, 9);
  assert.equal(talk.next()?.client_id, "a");
  talk.receive({ type: "refused", reason: "line_too_long", sentence: "too long", client_id: "a" });
  assert.equal(talk.next(), null);
  assert.equal(talk.unsent[0]?.problem, "too long");
  talk.retry("a");
  assert.equal(talk.next()?.client_id, "a");
  talk.receive({ type: "refused", reason: "line_too_long", sentence: "too long", client_id: "a" });
  talk.discard("a");
  assert.deepEqual(talk.unsent, []);
});

test("a conversation that begins anew keeps the earlier one above, and a late ack of that one changes nothing", () => {
  const talk = welcomed("c-1");
  talk.receive({ type: "lines", conversation: "c-1", lines: [line(1, "visitor", "a")] });
  talk.receive({ type: "lines", conversation: "c-2", lines: [line(1, "visitor", "b")] });
  assert.deepEqual(talk.past.map(({ conversation }) => conversation), ["c-1"]);
  talk.receive({ type: "ack", client_id: "a", conversation: "c-1", seq: 1 });
  assert.equal(talk.id, "c-2");
  assert.equal(talk.lastSeq, 1);
});

test("somebody else on the same page sees nothing of the one before", () => {
  const talk = welcomed("c-1");
  talk.receive({ type: "lines", conversation: "c-1", lines: [line(1)] });
  talk.receive({ type: "welcome", token: "t2", site: "s", title: "T", greeting: "g" });
  assert.deepEqual([talk.id, talk.lines, talk.past], [null, [], []]);
});

test("messages of other scripts are none of ours", () => {
  for (const data of [null, 3, "hello", {}, { mark: "x", type: "hello" }, { mark: "switchroom-chat-1", type: "eval" }]) {
    assert.equal(readToFrame(data), null);
    assert.equal(readToPage(data), null);
  }
  assert.equal(readToPage({ mark: "switchroom-chat-1", type: "unread", count: -1 }), null);
  const hello = readToFrame({ mark: "switchroom-chat-1", type: "hello", visitor: "x".repeat(600), open: "yes" });
  assert.deepEqual(hello, { mark: "switchroom-chat-1", type: "hello", visitor: null, open: false, focus: false, kept: null });
});
