/** A chat: the log, lines on their way, who is writing, and the composer. */

import { Button, Textarea } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useDraft, useOutbox, useParts, useShared, useTyping } from "../../app-context";
import { instant, timeOfDay } from "../../format";
import { useKeys } from "../../keys";
import { CheckIcon, ClockIcon, SendIcon, WarningIcon } from "../../parts/icons";
import type { PendingLine } from "../../outbox";
import { type Center, LINE_MAX, type MessageShown, type WorkItem } from "../../protocol.gen";
import { complain } from "../../use-act";
import { conversationView } from "../../views";
import { PastNotes } from "./past-notes";
import type { Item } from "./selection";
import { useMarkRead } from "./use-mark-read";

const TYPING_EVERY_MS = 3_000;
const NEAR_END_PX = 80;

export function ChatPanel({ item, center }: { item: Item; center: Center }) {
  const view = conversationView(item.conversation);
  const messages = useParts(view, "message_shown");
  const notes = useParts(view, "note_shown");
  const typing = useTyping(item.conversation);
  const handling = item.work?.handling;
  const outbox = useOutbox();
  const there = new Set(messages.map((message) => message.client_message));
  const pending = outbox.filter((line) => line.handling === handling && !there.has(line.client_message));
  useMarkRead(item.work, messages);
  const who = item.work?.who ?? item.offer?.who ?? "";
  return (
    <>
      <Log count={messages.length + pending.length + (typing ? 1 : 0)}>
        <PastNotes notes={notes} zone={center.zone} />
        <div role="log" aria-label={`Chat with ${who}`} className="chat-log">
          {messages.map((message, index) => (
            <Bubble key={message.key} message={message} zone={center.zone} joined={joins(messages[index - 1], message)} />
          ))}
          {pending.map((line, index) => (
            <Pending key={line.client_message} line={line} joined={index > 0 || messages.at(-1)?.author === "agent"} />
          ))}
        </div>
        {typing && <p className="typing">{who} is writing …</p>}
        {item.work?.customer_gone && item.work.ended_by !== "agent" && <p className="chat-end">{who} has left the chat.</p>}
      </Log>
      {item.work?.state === "active" && !item.work.customer_gone && <Composer key={item.work.handling} work={item.work} />}
    </>
  );
}

/** Lines of one author within two minutes stand together under one name. */
function joins(before: MessageShown | undefined, message: MessageShown): boolean {
  return before !== undefined && before.author === message.author && before.who === message.who && message.at_ms - before.at_ms < 120_000;
}

function Log({ count, children }: { count: number; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [unseen, setUnseen] = useState(false);
  const toEnd = () => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
    setUnseen(false);
  };
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
    else setUnseen(true);
  }, [count]);
  return (
    <div className="chat-scroll">
      <div
        ref={box}
        className="pane-scroll"
        tabIndex={-1}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
          if (atEnd.current) setUnseen(false);
        }}
      >
        {children}
      </div>
      {unseen && (
        <Button className="to-end" size="compact-sm" radius="xl" onClick={toEnd}>
          New messages
        </Button>
      )}
    </div>
  );
}

function Bubble({ message, zone, joined }: { message: MessageShown; zone: string; joined: boolean }) {
  if (message.author === "system") return <p className="chat-system">{message.text}</p>;
  const mine = message.author === "agent";
  return (
    <div className="bubble-row" data-author={message.author} data-joined={joined}>
      {!joined && <span className="bubble-who">{message.who}</span>}
      <div className="bubble">
        <span className="bubble-text">{message.text}</span>
        <span className="bubble-foot" title={instant(message.at_ms, zone)}>
          {timeOfDay(message.at_ms, zone)}
          {mine && (
            <span className="tick" role="img" aria-label="Sent">
              <CheckIcon size={13} />
            </span>
          )}
        </span>
      </div>
    </div>
  );
}

function Pending({ line, joined }: { line: PendingLine; joined: boolean }) {
  const { outbox } = useShared();
  return (
    <div className="bubble-row" data-author="agent" data-joined={joined} data-pending={line.failed === null}>
      <div className="bubble" data-failed={line.failed !== null}>
        <span className="bubble-text">{line.text}</span>
        <span className="bubble-foot">
          {line.failed === null ? (
            <span className="tick" role="img" aria-label="Being sent">
              <ClockIcon size={13} />
            </span>
          ) : (
            <>
              <WarningIcon size={13} /> Not sent: {line.failed}
            </>
          )}
        </span>
      </div>
      {line.failed !== null && (
        <span className="bubble-actions">
          <button type="button" onClick={() => outbox.retry(line.client_message)}>
            Send again
          </button>
          <button type="button" onClick={() => outbox.discard(line.client_message)}>
            Drop it
          </button>
        </span>
      )}
    </div>
  );
}

/** Tells the customer that somebody writes: at most once in three seconds, and that it has stopped. */
function useTellTyping(handling: string): (writing: boolean) => void {
  const { connection } = useShared();
  const told = useRef(0);
  useEffect(
    () => () => {
      if (told.current !== 0) void connection.request({ type: "tell_typing", handling, typing: false });
    },
    [connection, handling],
  );
  return (writing) => {
    const now = Date.now();
    if (writing && now - told.current < TYPING_EVERY_MS) return;
    if (!writing && told.current === 0) return;
    told.current = writing ? now : 0;
    void connection.request({ type: "tell_typing", handling, typing: writing });
  };
}

function Composer({ work }: { work: WorkItem }) {
  const { outbox, drafts } = useShared();
  const [text, write] = useDraft(work.handling, "answer");
  const tell = useTellTyping(work.handling);
  const field = useRef<HTMLTextAreaElement>(null);
  useKeys({ reply: () => field.current?.focus() });
  // What was just taken is usually answered at once; nobody who is typing elsewhere loses the cursor.
  useEffect(() => {
    if (document.activeElement === document.body) field.current?.focus();
  }, []);
  const send = () => {
    const line = text.trim();
    if (line === "") return;
    if (!outbox.say(work.handling, line)) return complain("Many lines wait for the connection. This one stays in the field.");
    drafts.clear(work.handling, "answer");
    tell(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="composer">
      <Textarea
        ref={field}
        aria-label={`Write to ${work.who} in the chat`}
        placeholder={`Write to ${work.who} in the chat`}
        value={text}
        maxLength={LINE_MAX}
        autosize
        minRows={1}
        maxRows={8}
        onChange={(event) => {
          write(event.currentTarget.value);
          tell(event.currentTarget.value !== "");
        }}
        onKeyDown={onKeyDown}
      />
      <Button onClick={send} disabled={text.trim() === ""} rightSection={<SendIcon size={16} />}>
        Send
      </Button>
      <p className="composer-hint">Enter sends, Shift+Enter makes a new line. The customer reads this in the chat window.</p>
    </div>
  );
}
