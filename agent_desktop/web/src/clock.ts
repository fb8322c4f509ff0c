/** Time on the screen: one timer for the whole page, ticking in the server's time (law D9). */

import { useSyncExternalStore } from "react";

const SAMPLES_MAX = 20;

/** How far this machine's clock is off. A message's delay makes the server look early, so the highest sample is best. */
export class ServerClock {
  private samples: number[] = [];

  constructor(private readonly localNow: () => number = Date.now) {}

  heard(serverMs: number): void {
    this.samples.push(serverMs - this.localNow());
    if (this.samples.length > SAMPLES_MAX) this.samples.shift();
  }

  get offsetMs(): number {
    return this.samples.length === 0 ? 0 : Math.max(...this.samples);
  }

  now(): number {
    return this.localNow() + this.offsetMs;
  }
}

export const serverClock = new ServerClock();

const listeners = new Set<() => void>();
let shownSecond = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Ticks just after each full second of the server's clock, so that all timers on the page change together. */
function tick(): void {
  const now = serverClock.now();
  shownSecond = Math.floor(now / 1000) * 1000;
  for (const listener of listeners) listener();
  timer = setTimeout(tick, 1000 - (now % 1000) + 5);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) timer = setTimeout(tick, 0);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearTimeout(timer);
      timer = undefined;
    }
  };
}

/** The server's time in whole seconds, as ms; components that use it render once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => shownSecond || Math.floor(serverClock.now() / 1000) * 1000);
}
