/** 48 px at the top: who I am to the router, what I carry, what waits, whether page and phone are in order. */

import { Menu, Tooltip, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { useState } from "react";
import { useDeskParts, useLink, useShared } from "../app-context";
import type { LinkState } from "../connection";
import { useKeys } from "../keys";
import { BoardIcon, HeadsetIcon, KeysIcon, MediumIcon, PersonIcon, PlusIcon, SunIcon } from "../parts/icons";
import { Initials, Key, RehearsalMark, Since } from "../parts/small";
import { usePhone } from "../phone/controls";
import { faultWords } from "../phone/readiness";
import type { Center, Me, QueueGlance } from "../protocol.gen";
import { useAct } from "../use-act";
import { MEDIA, MEDIUM_ORDER } from "../words";
import { TaskDialog } from "./desk/task-dialog";
import { PhoneDialog } from "./phone-dialog";
import { PresenceMenu } from "./presence-menu";
import { QueueDialog } from "./queue/queue-dialog";

interface Props {
  readonly center: Center;
  readonly me: Me;
  readonly board: boolean;
  readonly onHelp: () => void;
}

export function TopBar({ center, me, board, onHelp }: Props) {
  const [taskOpen, setTaskOpen] = useState(false);
  const [phoneOpen, setPhoneOpen] = useState(false);
  const hasTasks = center.media.includes("task");
  useKeys(hasTasks ? { task: () => setTaskOpen(true) } : {});
  return (
    <header className="top-bar">
      <div className="top-brand" title={center.name}>
        <img src="/switchroom.svg" alt="" width={24} height={24} />
        <span>{center.name}</span>
      </div>
      {center.rehearsal && <RehearsalMark />}
      {me.is_agent && <PresenceMenu center={center} me={me} board={board} />}
      {me.is_agent && <Capacity />}
      <QueueStrip center={center} />
      <span className="top-gap" />
      {hasTasks && (
        <Tooltip label={<>Make a task <Key>Alt+Shift+T</Key></>}>
          <UnstyledButton className="top-button" onClick={() => setTaskOpen(true)} aria-label="Make a task">
            <PlusIcon size={16} />
            <span className="top-word">Task</span>
          </UnstyledButton>
        </Tooltip>
      )}
      <PhoneLight />
      <ConnectionLight hasCalls={center.media.includes("voice")} />
      <UserMenu me={me} board={board} zone={center.zone} onHelp={onHelp} onPhone={() => setPhoneOpen(true)} />
      <PhoneDialog opened={phoneOpen} onClose={() => setPhoneOpen(false)} />
      {hasTasks && <TaskDialog opened={taskOpen} onClose={() => setTaskOpen(false)} center={center} />}
    </header>
  );
}

function Capacity() {
  const chips = useDeskParts("capacity_chip");
  const shown = MEDIUM_ORDER.flatMap((medium) => chips.filter((chip) => chip.medium === medium));
  return (
    <ul className="capacity" aria-label="What I carry">
      {shown.map((chip) => (
        <Tooltip key={chip.key} label={`${MEDIA[chip.medium]}: ${chip.carried} of ${chip.limit}`}>
          <li data-medium={chip.medium} data-full={chip.carried >= chip.limit} data-empty={chip.carried === 0}>
            <MediumIcon medium={chip.medium} size={14} />
            <span className="tabular">
              {chip.carried}/{chip.limit}
            </span>
          </li>
        </Tooltip>
      ))}
    </ul>
  );
}

/** What waits in my queues; what of it I may take myself is taken from here, also with work in hand. */
function QueueStrip({ center }: { center: Center }) {
  const queues = useDeskParts("queue_glance");
  const [open, setOpen] = useState<string | null>(null);
  if (queues.length === 0) return null;
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const longest = longestOf(queues);
  return (
    <>
      <Menu position="bottom-start" width={280} trapFocus withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <UnstyledButton className="queue-strip">
            <b className="tabular">{waiting}</b> waiting
            {longest !== null && (
              <>
                <span className="muted">, longest</span> <Since ms={longest} />
              </>
            )}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>My queues</Menu.Label>
          {queues.map((queue) => (
            <Menu.Item
              key={queue.key}
              leftSection={<MediumIcon medium={queue.medium} size={15} />}
              rightSection={<span className="menu-word tabular">{queue.may_pull && queue.waiting > 0 ? `${queue.waiting} · take` : queue.waiting}</span>}
              disabled={!queue.may_pull || queue.waiting === 0}
              onClick={() => setOpen(queue.queue)}
            >
              {queue.name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <QueueDialog queue={open} center={center} steers={false} onClose={() => setOpen(null)} />
    </>
  );
}

export function longestOf(queues: readonly QueueGlance[]): number | null {
  const since = queues.flatMap((queue) => (queue.longest_waiting_since_ms === null ? [] : [queue.longest_waiting_since_ms]));
  return since.length === 0 ? null : Math.min(...since);
}

const LINK_WORDS: Record<LinkState, readonly [string, string]> = {
  connecting: ["Connecting", "The page is being connected."],
  live: ["Live", "What you see is what is."],
  reconnecting: ["Reconnecting", "What you write is kept and sent when the link is back."],
  offline: ["Offline", "No link to the contact center. What you write is kept here and sent when it is back."],
  ended: ["Signed out", "Sign in again."],
};

function ConnectionLight({ hasCalls }: { hasCalls: boolean }) {
  const link = useLink();
  const [word, words] = LINK_WORDS[link];
  const away = link === "reconnecting" || link === "offline";
  return (
    <Tooltip label={away && hasCalls ? `${words} Calls go on.` : words}>
      <span className="light" data-state={link} role="status">
        <span className="light-dot" />
        <span className="top-word">{word}</span>
      </span>
    </Tooltip>
  );
}

interface PhoneWords {
  readonly state: "good" | "busy" | "bad" | "other";
  readonly word: string;
  readonly words: string;
}

const CALL_WORDS = { ringing: "Phone rings", answering: "Connecting", talking: "In a call", ending: "Hanging up" } as const;

function phoneWords(phone: ReturnType<typeof usePhone>): PhoneWords {
  if (phone.kind === "softphone") {
    if (!phone.here) return { state: "other", word: "Phone in another tab", words: "Calls ring in another tab or window. Press to use the phone here." };
    if (phone.soft.link === "blocked") return { state: "bad", word: "Phone problem", words: `${phone.soft.trouble ?? "The phone does not work."} Press to try again.` };
    if (phone.fault !== null && phone.soft.call === "idle") return { state: "bad", word: "Phone problem", words: faultWords(phone.fault) };
    if (phone.soft.call !== "idle") return { state: "busy", word: CALL_WORDS[phone.soft.call], words: "Your soft phone in this page." };
    if (phone.soft.link !== "registered") return { state: "bad", word: "Phone connecting", words: "The soft phone is looking for the telephone switch." };
  }
  if (phone.kind !== "softphone" && !phone.here && phone.kind === "rehearsal") {
    return { state: "other", word: "Phone in another tab", words: "Calls are answered in another tab or window. Press to use the phone here." };
  }
  const where = phone.kind === "desk" ? "Your desk phone" : phone.kind === "rehearsal" ? "Your rehearsal phone" : "Your soft phone in this page";
  switch (phone.state) {
    case "unreachable":
      return { state: "bad", word: "Phone unreachable", words: `${where} is not known to the telephone switch; no calls are offered.` };
    case "busy":
      return { state: "busy", word: "In a call", words: `${where} has a call.` };
    case "ringing":
      return { state: "busy", word: "Phone rings", words: `${where} rings.` };
    case "free":
      return { state: "good", word: "Phone ready", words: `${where} is ready.` };
  }
}

function PhoneLight() {
  const phone = usePhone();
  if (phone.kind === "none") return null;
  const { state, word, words } = phoneWords(phone);
  const press = state === "other" ? phone.useHere : phone.soft.link === "blocked" ? phone.tryAgain : undefined;
  const inner = (
    <>
      <HeadsetIcon size={15} />
      <span className="top-word">{word}</span>
    </>
  );
  return (
    <Tooltip label={words} multiline maw={300}>
      {press === undefined ? (
        <span className="light phone-light" data-phone={state}>
          {inner}
        </span>
      ) : (
        <UnstyledButton className="light phone-light pressable" data-phone={state} onClick={press}>
          {inner}
        </UnstyledButton>
      )}
    </Tooltip>
  );
}

interface UserMenuProps {
  readonly me: Me;
  readonly board: boolean;
  readonly zone: string;
  readonly onHelp: () => void;
  readonly onPhone: () => void;
}

function UserMenu({ me, board, zone, onHelp, onPhone }: UserMenuProps) {
  const { user, leave } = useShared();
  const act = useAct();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const out = async () => {
    if (me.is_agent) {
      const outcome = await act({ type: "set_presence", presence: "signed_out", reason: null });
      if (outcome.type === "refused" && outcome.reason !== "no_change" && outcome.reason !== "try_again") return;
    }
    leave();
  };
  const phone = usePhone();
  const scheme = { auto: "as the system", light: "light", dark: "dark" }[colorScheme];
  const after = { auto: "light", light: "dark", dark: "auto" } as const;
  return (
    <Menu position="bottom-end" width={250} trapFocus withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <UnstyledButton className="user-button">
          <Initials name={me.name} />
          <span className="sr-only">Menu of {me.name}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.name} · {user.role}
        </Menu.Label>
        {user.role !== "agent" && (
          <>
            <Menu.Item component="a" href={board ? "#desk" : "#board"} leftSection={board ? <PersonIcon size={16} /> : <BoardIcon size={16} />}>
              {board ? "My desk" : "Wallboard"}
            </Menu.Item>
            <Menu.Item component="a" href="/wallboard" target="_blank" leftSection={<BoardIcon size={16} />}>
              Wallboard for a big screen
            </Menu.Item>
          </>
        )}
        <Menu.Item leftSection={<SunIcon size={16} />} closeMenuOnClick={false} onClick={() => setColorScheme(after[colorScheme])}>
          Colours: {scheme}
        </Menu.Item>
        {phone.kind === "softphone" && (
          <Menu.Item leftSection={<HeadsetIcon size={16} />} onClick={onPhone}>
            Phone and sound
          </Menu.Item>
        )}
        <Menu.Item leftSection={<KeysIcon size={16} />} rightSection={<Key>?</Key>} onClick={onHelp}>
          Keys
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void out()}>Sign out</Menu.Item>
        <Menu.Label>Times are shown in {zone}</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
