/** An e-mail conversation: each mail with its new text first, and an answer that says where it goes. */

import { Button, Textarea } from "@mantine/core";
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useDraft, useParts, usePart, useShared } from "../../app-context";
import { useNow } from "../../clock";
import { instant, size, when } from "../../format";
import { KEYS, useKeys } from "../../keys";
import { FileIcon, SendIcon, WarningIcon } from "../../parts/icons";
import { Key } from "../../parts/small";
import { type Center, type ConversationHead, MAIL_TEXT_MAX, type MessageShown, type WorkItem } from "../../protocol.gen";
import { freshId, tabKeep } from "../../tab";
import { useAct } from "../../use-act";
import { conversationView } from "../../views";
import { SEND_STATE } from "../../words";
import { MailFrame } from "./mail-frame";
import { PastNotes } from "./past-notes";
import type { Item } from "./selection";
import { ownSubject } from "./thread";
import { useMarkRead } from "./use-mark-read";

const ABOVE_PX = 12;

export function MailPanel({ item, center }: { item: Item; center: Center }) {
  const view = conversationView(item.conversation);
  const messages = useParts(view, "message_shown");
  const notes = useParts(view, "note_shown");
  const head = usePart(view, "head", "conversation_head");
  useMarkRead(item.work, messages);
  const answered = messages.at(-1)?.author === "agent";
  const box = useNewestInSight(messages);
  return (
    <>
      <div ref={box} className="pane-scroll mail-thread" tabIndex={-1}>
        {messages.map((message) => (
          <Mail key={message.key} message={message} zone={center.zone} subject={head?.subject ?? ""} />
        ))}
        <PastNotes notes={notes} zone={center.zone} />
      </div>
      {item.work?.state === "active" && head !== undefined && <Composer key={item.work.handling} work={item.work} head={head} answered={answered} />}
    </>
  );
}

/** A thread opens at its newest mail, and goes to what the agent has sent; it stays where it is when others write. */
function useNewestInSight(messages: readonly MessageShown[]): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const opened = useRef(false);
  const mine = messages.at(-1)?.author === "agent";
  useLayoutEffect(() => {
    const newest = box.current?.querySelector<HTMLElement>(".mail:last-of-type");
    if (box.current === null || newest == null || (opened.current && !mine)) return;
    opened.current = true;
    const above = newest.getBoundingClientRect().top - box.current.getBoundingClientRect().top;
    if (messages.length > 1) box.current.scrollTop += above - ABOVE_PX;
  }, [messages.length, mine]);
  return box;
}

function Mail({ message, zone, subject }: { message: MessageShown; zone: string; subject: string }) {
  const now = useNow();
  const [quoteOpen, setQuoteOpen] = useState(false);
  const [htmlOpen, setHtmlOpen] = useState(false);
  const other = ownSubject(message, subject);
  return (
    <article className="mail" data-author={message.author}>
      <header>
        <b>{message.who}</b>
        {message.address_from !== null && message.address_from !== message.who && <span className="muted">{message.address_from}</span>}
        {message.address_to !== null && <span className="muted">to {message.address_to}</span>}
        <span className="mail-when" title={instant(message.at_ms, zone)}>
          {when(message.at_ms, now, zone)}
        </span>
      </header>
      {other !== null && <p className="mail-subject">Subject: {other}</p>}
      {message.unreadable && (
        <p className="mail-warning">
          <WarningIcon size={15} /> This mail could not be read in full. Its original is among the files below.
        </p>
      )}
      {htmlOpen && message.html !== null ? <MailFrame html={message.html} /> : <p className="mail-text">{message.text || "(no text)"}</p>}
      {quoteOpen && !htmlOpen && <blockquote className="mail-quote">{message.quoted}</blockquote>}
      <footer>
        {message.quoted !== "" && !htmlOpen && (
          <button type="button" aria-expanded={quoteOpen} onClick={() => setQuoteOpen(!quoteOpen)}>
            {quoteOpen ? "Hide earlier text" : "Show earlier text"}
          </button>
        )}
        {message.html !== null && (
          <button type="button" aria-expanded={htmlOpen} onClick={() => setHtmlOpen(!htmlOpen)}>
            {htmlOpen ? "Show as text" : "Show as it was formatted"}
          </button>
        )}
        {message.attachments.map((file) => (
          <a key={file.content} className="attachment" href={file.address} target="_blank" rel="noopener noreferrer" download>
            <FileIcon size={14} /> {file.name} <span className="muted">{size(file.size_bytes)}</span>
          </a>
        ))}
        {message.send_state !== null && (
          <span className="send-state" data-state={message.send_state} title={message.send_detail ?? undefined}>
            {SEND_STATE[message.send_state]}
            {message.send_detail !== null && message.send_state !== "sent" && <>: {message.send_detail}</>}
          </span>
        )}
      </footer>
    </article>
  );
}

/** The id of an answer, the same for the same text until it is confirmed, so that pressing Send again after a reload sends once. */
function answerId(handling: string, text: string): string {
  const key = `mail-answer/${handling}`;
  try {
    const kept = JSON.parse(tabKeep.getItem(key) ?? "null") as { id: string; text: string } | null;
    if (kept !== null && kept.text === text) return kept.id;
  } catch {
    // unreadable: a new id
  }
  const id = freshId();
  tabKeep.setItem(key, JSON.stringify({ id, text }));
  return id;
}

interface ComposerProps {
  readonly work: WorkItem;
  readonly head: ConversationHead;
  readonly answered: boolean;
}

function Composer({ work, head, answered }: ComposerProps) {
  const { drafts } = useShared();
  const act = useAct();
  const [text, write] = useDraft(work.handling, "answer");
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useKeys({ reply: () => field.current?.focus() });
  useEffect(() => {
    if (document.activeElement === document.body) field.current?.focus();
  }, []);
  const send = async (andEnd: boolean) => {
    const body = text.trim();
    if (busy || body === "") return;
    setBusy(true);
    const outcome = await act({ type: "send_mail", handling: work.handling, client_message: answerId(work.handling, body), text: body });
    if (outcome.type === "answer") {
      tabKeep.removeItem(`mail-answer/${work.handling}`);
      drafts.clear(work.handling, "answer");
      if (andEnd) await act({ type: "end_handling", handling: work.handling });
    }
    setBusy(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const end = KEYS.sendAndEnd.matches(event.nativeEvent);
    if (!end && !KEYS.done.matches(event.nativeEvent)) return;
    event.preventDefault();
    void send(end);
  };
  return (
    <div className="composer mail-composer">
      <p className="composer-channel">
        {answered ? "Write another e-mail to " : "Reply by e-mail to "}
        <b>{head.reply_to ?? work.who}</b>
        {head.reply_from !== null && (
          <>
            {" "}
            from <b>{head.reply_from}</b>
          </>
        )}
      </p>
      <Textarea
        ref={field}
        aria-label={`Reply by e-mail to ${head.reply_to ?? work.who}`}
        placeholder="Write your answer. It is kept as you type."
        value={text}
        maxLength={MAIL_TEXT_MAX}
        autosize
        minRows={4}
        maxRows={14}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className="composer-buttons">
        <span className="muted composer-kept">{text === "" ? "" : "Draft kept"}</span>
        <Button variant="default" disabled={text.trim() === ""} loading={busy} onClick={() => void send(true)} rightSection={<Key>Ctrl+Shift+Enter</Key>}>
          Send and finish
        </Button>
        <Button disabled={text.trim() === ""} loading={busy} onClick={() => void send(false)} leftSection={<SendIcon size={16} />} rightSection={<Key>Ctrl+Enter</Key>}>
          Send
        </Button>
      </div>
    </div>
  );
}
