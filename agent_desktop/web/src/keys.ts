/** The keys of the desktop: one table, shown by `?`, switchable off, never a letter alone while somebody types. */

import { useLayoutEffect, useRef, useSyncExternalStore } from "react";
import type { Medium } from "./protocol.gen";
import { userKeep } from "./tab";

export interface KeyRow {
  readonly action: string;
  /** As people read it. */
  readonly shown: string;
  readonly matches: (event: KeyboardEvent) => boolean;
  /** Only for these media; a center without them does not show the key. */
  readonly media?: readonly Medium[];
}

const alt = (code: string, shift = false) => (event: KeyboardEvent) =>
  event.altKey && !event.ctrlKey && !event.metaKey && event.shiftKey === shift && event.code === code;

/** `event.code` names the place on the keyboard, so that the keys are the same on every layout. */
export const KEYS = {
  accept: { action: "Accept or answer the offer", shown: "Alt+A", matches: alt("KeyA") },
  decline: { action: "Decline the offer", shown: "Alt+D", matches: alt("KeyD") },
  next: { action: "Next piece of work", shown: "Alt+J", matches: alt("KeyJ") },
  previous: { action: "Previous piece of work", shown: "Alt+K", matches: alt("KeyK") },
  jump: {
    action: "Jump to work 1 to 9",
    shown: "Ctrl+Alt+1…9",
    matches: (event: KeyboardEvent) => event.ctrlKey && event.altKey && /^Digit[1-9]$/.test(event.code),
  },
  ready: { action: "Get ready", shown: "Alt+R", matches: alt("KeyR") },
  pause: { action: "Not ready, with the first reason", shown: "Alt+B", matches: alt("KeyB") },
  presence: { action: "Open the presence menu", shown: "Alt+S", matches: alt("KeyS") },
  mute: { action: "Mute or unmute", shown: "Alt+M", matches: alt("KeyM"), media: ["voice"] },
  hold: { action: "Hold or take back; swap while you ask somebody", shown: "Alt+H", matches: alt("KeyH"), media: ["voice"] },
  transfer: { action: "Transfer the call, or ask somebody", shown: "Alt+T", matches: alt("KeyT"), media: ["voice"] },
  join: { action: "Conference: bring all together, or ask whom to", shown: "Alt+C", matches: alt("KeyC"), media: ["voice"] },
  keypad: { action: "Keypad", shown: "Alt+P", matches: alt("KeyP"), media: ["voice"] },
  hangUp: { action: "End this conversation", shown: "Alt+Shift+X", matches: alt("KeyX", true) },
  reply: { action: "Write an answer", shown: "Alt+L", matches: alt("KeyL"), media: ["chat", "mail"] },
  note: { action: "Write a note", shown: "Alt+N", matches: alt("KeyN") },
  task: { action: "Make a task", shown: "Alt+Shift+T", matches: alt("KeyT", true), media: ["task"] },
  disposition: {
    action: "Choose a disposition (in wrap-up, outside of a text)",
    shown: "1…9",
    matches: (event: KeyboardEvent) => isPlain(event) && /^(Digit|Numpad)[1-9]$/.test(event.code),
  },
  extend: { action: "Put off the end of a timed wrap-up", shown: "Alt+E", matches: alt("KeyE") },
  done: {
    action: "Send, or complete the wrap-up",
    shown: "Ctrl+Enter",
    matches: (event: KeyboardEvent) => (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "Enter",
  },
  sendAndEnd: {
    action: "Send the e-mail and go to wrap-up",
    shown: "Ctrl+Shift+Enter",
    media: ["mail"],
    matches: (event: KeyboardEvent) => (event.ctrlKey || event.metaKey) && event.shiftKey && event.key === "Enter",
  },
  panes: { action: "Next pane", shown: "F6", matches: (event: KeyboardEvent) => event.key === "F6" && !event.altKey },
  help: { action: "Show these keys", shown: "?", matches: (event: KeyboardEvent) => event.key === "?" && !event.ctrlKey && !event.altKey },
} satisfies Record<string, KeyRow>;

export type KeyName = keyof typeof KEYS;

/** What the table of keys shows in a center with these media. */
export function keysFor(media: readonly Medium[]): readonly KeyRow[] {
  return Object.values<KeyRow>(KEYS).filter((row) => row.media === undefined || row.media.some((medium) => media.includes(medium)));
}

/** Keys without Ctrl or Alt work only where nobody is writing. */
const PLAIN: ReadonlySet<KeyName> = new Set<KeyName>(["disposition", "help"]);

/** What cannot wait works also over an open dialog. */
const URGENT: ReadonlySet<KeyName> = new Set<KeyName>(["accept", "decline", "mute", "hold", "hangUp"]);

function isPlain(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
}

export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
}

const OFF_KEY = "keys-off";
const listeners = new Set<() => void>();

export function keysAreOff(): boolean {
  return userKeep.getItem(OFF_KEY) === "1";
}

export function switchKeys(off: boolean): void {
  if (off) userKeep.setItem(OFF_KEY, "1");
  else userKeep.removeItem(OFF_KEY);
  for (const listener of [...listeners]) listener();
}

export function useKeysOff(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, keysAreOff);
}

export type KeyHandlers = Partial<Record<KeyName, (event: KeyboardEvent) => void>>;

/** Which of the given keys this press is. A dialog that is open has its own keys; only the urgent ones pass it. */
export function keyOf(event: KeyboardEvent, names: Iterable<KeyName>, dialogOpen = false): KeyName | undefined {
  for (const name of names) {
    if (!KEYS[name].matches(event) || (dialogOpen && !URGENT.has(name))) continue;
    if (PLAIN.has(name) && isWriting(event.target)) continue;
    return name;
  }
  return undefined;
}

export function useKeys(handlers: KeyHandlers): void {
  const latest = useRef(handlers);
  // Before the paint: a key that is pressed as soon as its button shows must find it.
  useLayoutEffect(() => {
    latest.current = handlers;
  });
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || keysAreOff()) return;
      const present = Object.keys(latest.current) as KeyName[];
      const given = present.filter((key) => latest.current[key] !== undefined);
      const name = keyOf(event, given, document.querySelector("[role=dialog]") !== null);
      if (name === undefined) return;
      event.preventDefault();
      latest.current[name]?.(event);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
