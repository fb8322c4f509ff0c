/** Which microphone, speaker and ringing device are used: chosen by the agent, remembered in this browser. */

import { userKeep } from "../tab";

export type Use = "microphone" | "speaker" | "ringing";

export interface Device {
  readonly id: string;
  readonly name: string;
}

const keyOf = (use: Use) => `device-${use}`;
const listeners = new Set<() => void>();

/** The chosen device; null: whatever the system takes. */
export function chosen(use: Use): string | null {
  return userKeep.getItem(keyOf(use));
}

export function choose(use: Use, id: string | null): void {
  if (id === null) userKeep.removeItem(keyOf(use));
  else userKeep.setItem(keyOf(use), id);
  for (const listener of [...listeners]) listener();
}

export function onChosen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What the browser knows of microphones and of outputs; names only once the microphone was allowed. */
export async function devices(): Promise<{ readonly inputs: readonly Device[]; readonly outputs: readonly Device[] }> {
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind) =>
    all.filter((one) => one.kind === kind && one.deviceId !== "" && one.deviceId !== "default" && one.deviceId !== "communications").map((one, index) => ({ id: one.deviceId, name: one.label || `Device ${index + 1}` }));
  return { inputs: of("audioinput"), outputs: of("audiooutput") };
}

interface Sink {
  setSinkId?(id: string): Promise<void>;
}

/** Whether this browser lets a page choose where it sounds. */
export function outputsAreChosen(): boolean {
  return "setSinkId" in HTMLMediaElement.prototype;
}

/** Sounds where the agent chose; a device that is gone leaves it with the system's. */
export function route(sink: object, use: "speaker" | "ringing"): void {
  const to = sink as Sink;
  void to.setSinkId?.(chosen(use) ?? "").catch(() => to.setSinkId?.("").catch(() => undefined));
}
