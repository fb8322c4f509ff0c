/** Who this tab is to the server: an id kept over reloads, and the count of its requests. */

import type { Ids } from "./connection";

export interface Keep {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Storage that may be refused (private windows, settings); then the tab forgets, and nothing else breaks. */
export function keepOf(get: () => Storage): Keep {
  const memory = new Map<string, string>();
  const guarded = <T>(work: () => T, otherwise: () => T): T => {
    try {
      return work();
    } catch {
      return otherwise();
    }
  };
  return {
    getItem: (key) => guarded(() => get().getItem(key), () => memory.get(key) ?? null),
    setItem: (key, value) => guarded(() => get().setItem(key, value), () => void memory.set(key, value)),
    removeItem: (key) => guarded(() => get().removeItem(key), () => void memory.delete(key)),
  };
}

export const tabKeep = keepOf(() => window.sessionStorage);
export const userKeep = keepOf(() => window.localStorage);

export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class RequestCount implements Ids {
  private last: number;

  constructor(
    private readonly keep: Keep,
    private readonly key: string,
  ) {
    this.last = Number(keep.getItem(key) ?? "0") || 0;
  }

  next(): number {
    this.last += 1;
    this.keep.setItem(this.key, String(this.last));
    return this.last;
  }

  raiseTo(lastId: number): void {
    if (lastId <= this.last) return;
    this.last = lastId;
    this.keep.setItem(this.key, String(lastId));
  }
}

/**
 * The id of this tab. A duplicated tab starts with a copy of the other's storage: a lock held as long as the page lives
 * tells whether the id is in use, and then this tab takes a new one.
 */
export async function claimTab(keep: Keep, locks: LockManager | undefined): Promise<string> {
  const before = keep.getItem("tab");
  if (before !== null && (await holdLock(locks, `switchroom-tab-${before}`))) return before;
  const id = freshId();
  keep.setItem("tab", id);
  keep.removeItem("tab-requests");
  await holdLock(locks, `switchroom-tab-${id}`);
  return id;
}

/** Takes a lock until the page goes; false when somebody else has it. A reloading page may free its own a little late. */
async function holdLock(locks: LockManager | undefined, name: string): Promise<boolean> {
  if (locks === undefined) return true;
  for (let tries = 0; tries < 5; tries += 1) {
    const got = await new Promise<boolean>((resolve) => {
      void locks.request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<void>(() => undefined);
      });
    });
    if (got) return true;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  return false;
}
