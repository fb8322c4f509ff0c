/** The middle: a header that says what this is, then the conversation as its medium wants it, then wrap-up. */

import { Button } from "@mantine/core";
import { useRef, useState } from "react";
import { useDraft, usePart } from "../../app-context";
import { useKeys } from "../../keys";
import { NoteIcon } from "../../parts/icons";
import { Due, isNobodys, Key, MediumBadge, nameOf, Since, Trusted } from "../../parts/small";
import type { Center, WorkItem } from "../../protocol.gen";
import { useAct } from "../../use-act";
import { conversationView } from "../../views";
import { CallPanel } from "./call-panel";
import { ChatPanel } from "./chat-panel";
import { MailPanel } from "./mail-panel";
import { NoteField } from "./note-field";
import { type Item, shownOf } from "./selection";
import { TaskPanel } from "./task-panel";
import { WrapBar } from "./wrap-bar";

export function ConversationPane({ item, center }: { item: Item; center: Center }) {
  const shown = shownOf(item);
  const head = usePart(conversationView(item.conversation), "head", "conversation_head");
  const [noteOpen, setNoteOpen] = useState(false);
  if (shown === undefined) return null;
  const { work } = item;
  // A call or task leaves little to read; its wrap-up needs no place at the bottom.
  const brief = shown.medium === "voice" || shown.medium === "task";
  // A chat's first line stands right below.
  const subject = isNobodys(shown) || shown.medium === "chat" ? "" : head?.subject || shown.why;
  return (
    <div className="conversation" data-medium={shown.medium} data-state={work?.state ?? "offered"} data-brief={brief}>
      {shown.medium !== "voice" && (
        <header className="conversation-head">
          <MediumBadge medium={shown.medium} size={22} />
          <div className="conversation-title">
            <h1>
              {nameOf(shown)} <Trusted item={shown} />
            </h1>
            <p>
              {shown.queue_name}
              {subject !== "" && <> · {subject}</>}
            </p>
          </div>
          {work === undefined ? (
            <span className="state-word">Offered</span>
          ) : (
            <HeadActions work={work} zone={center.zone} noteOpen={noteOpen} onNote={setNoteOpen} />
          )}
        </header>
      )}
      {work !== undefined && work.state === "active" && work.medium !== "voice" && <SideNote work={work} open={noteOpen} onOpen={setNoteOpen} />}
      <Body item={item} center={center} />
      {work?.state === "wrap_up" && <WrapBar work={work} center={center} noteRows={brief ? 5 : 3} />}
    </div>
  );
}

function Body({ item, center }: { item: Item; center: Center }) {
  switch (shownOf(item)?.medium) {
    case "voice":
      return <CallPanel item={item} center={center} />;
    case "chat":
      return <ChatPanel item={item} center={center} />;
    case "mail":
      return <MailPanel item={item} center={center} />;
    case "task":
      return <TaskPanel item={item} center={center} />;
    case undefined:
      return null;
  }
}

interface HeadActionsProps {
  readonly work: WorkItem;
  readonly zone: string;
  readonly noteOpen: boolean;
  readonly onNote: (open: boolean) => void;
}

function HeadActions({ work, zone, noteOpen, onNote }: HeadActionsProps) {
  const act = useAct();
  const [busy, setBusy] = useState(false);
  const end = async () => {
    setBusy(true);
    await act({ type: "end_handling", handling: work.handling });
    setBusy(false);
  };
  useKeys(work.state === "active" ? { hangUp: () => void end() } : {});
  if (work.state === "wrap_up") return <span className="state-word">Wrap-up</span>;
  return (
    <div className="conversation-actions">
      <Due work={work} zone={zone} />
      <span className="head-timer" title="Since it was accepted">
        <Since ms={work.started_ms} />
      </span>
      <Button variant={noteOpen ? "light" : "default"} size="xs" leftSection={<NoteIcon size={15} />} onClick={() => onNote(!noteOpen)}>
        Note
      </Button>
      <Button variant="default" size="xs" loading={busy} onClick={() => void end()}>
        {work.medium === "task" ? "Finish task" : work.medium === "mail" ? "Finish" : "End chat"}
      </Button>
    </div>
  );
}

/** The note beside a written conversation; it stays open once something stands in it. */
function SideNote({ work, open, onOpen }: { work: WorkItem; open: boolean; onOpen: (open: boolean) => void }) {
  const [text] = useDraft(work.handling, "note");
  const field = useRef<HTMLTextAreaElement>(null);
  useKeys({
    note: () => {
      onOpen(true);
      requestAnimationFrame(() => field.current?.focus());
    },
  });
  if (!open && text === "") return null;
  return (
    <div className="side-note">
      <NoteField handling={work.handling} fieldRef={field} rows={2} hint={<Key>Alt+N</Key>} />
    </div>
  );
}
