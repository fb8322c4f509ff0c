/** What survives a reload: in sessionStorage of our own origin, or in memory where a browser refuses that. */

export interface Kept {
  token: string | null;
  conversation: string | null;
  seen: number;
  draft: string;
  unsent: { client_id: string; text: string }[];
}

export interface Storage {
  load(): Kept;
  save(kept: Kept): void;
}

const empty: Kept = { token: null, conversation: null, seen: 0, draft: "", unsent: [] };

function read(text: string | null): Kept {
  if (!text) return { ...empty };
  try {
    const found = JSON.parse(text) as Partial<Kept>;
    const unsent = Array.isArray(found.unsent) ? found.unsent : [];
    return {
      token: typeof found.token === "string" ? found.token : null,
      conversation: typeof found.conversation === "string" ? found.conversation : null,
      seen: typeof found.seen === "number" ? found.seen : 0,
      draft: typeof found.draft === "string" ? found.draft : "",
      unsent: unsent.filter((line) => typeof line?.client_id === "string" && typeof line?.text === "string"),
    };
  } catch {
    return { ...empty };
  }
}

export function openStorage(site: string): Storage {
  const key = `switchroom-chat:${site}`;
  let memory: string | null = null;
  return {
    load() {
      try {
        return read(sessionStorage.getItem(key) ?? memory);
      } catch {
        return read(memory);
      }
    },
    save(kept) {
      memory = JSON.stringify(kept);
      try {
        sessionStorage.setItem(key, memory);
      } catch {
        // Refused or full: what is in memory holds for this page.
      }
    },
  };
}
