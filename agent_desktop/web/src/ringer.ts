/**
 * What an agent hears and sees of an offer while they look elsewhere: a ring, a system notification, the page's title.
 * One AudioContext for the page, unlocked by the first press of a key or button (the browsers' autoplay rule).
 */

import { onChosen, route } from "./phone/devices";

let context: AudioContext | undefined;
let ringing: ReturnType<typeof setInterval> | undefined;

/** Called from a press of the agent's; also asks, once, whether notifications may be shown. */
export function unlockSound(): void {
  if (context === undefined) {
    const made = new AudioContext();
    context = made;
    route(made, "ringing");
    onChosen(() => route(made, "ringing"));
  }
  if (context.state === "suspended") void context.resume();
}

/** Undefined until the first press. */
export function soundContext(): AudioContext | undefined {
  return context;
}

export function askForNotifications(): void {
  if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
}

function tone(frequency: number, startsInS: number, lengthS: number, loudness: number): void {
  if (context === undefined || context.state !== "running") return;
  const starts = context.currentTime + startsInS;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, starts);
  gain.gain.linearRampToValueAtTime(loudness, starts + 0.02);
  gain.gain.setValueAtTime(loudness, starts + lengthS - 0.04);
  gain.gain.linearRampToValueAtTime(0, starts + lengthS);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(starts);
  oscillator.stop(starts + lengthS);
}

function ringOnce(): void {
  for (const at of [0, 0.5]) {
    tone(520, at, 0.36, 0.09);
    tone(655, at, 0.36, 0.09);
  }
}

/** One ring, to hear where it comes from. */
export function tryRing(): void {
  ringOnce();
}

export function startRinging(): void {
  if (ringing !== undefined) return;
  ringOnce();
  ringing = setInterval(ringOnce, 2_400);
}

export function stopRinging(): void {
  clearInterval(ringing);
  ringing = undefined;
}

/** A chat, mail or task is offered: two soft notes, once. */
export function chime(): void {
  tone(660, 0, 0.14, 0.06);
  tone(880, 0.15, 0.22, 0.06);
}

/** Shown by the system while the page is in the background; a click brings the page back. */
export function notify(title: string, body: string, tag: string): () => void {
  if (!("Notification" in window) || Notification.permission !== "granted") return () => undefined;
  const shown = new Notification(title, { body, tag, icon: "/switchroom.svg" });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
  return () => shown.close();
}
