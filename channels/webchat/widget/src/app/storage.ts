/**
 * What survives a reload: in sessionStorage of our own origin. Where a browser refuses that inside a foreign page, the
 * page around keeps it in its own; where that is refused too it holds until the reload.
 */
import { KEPT_MAX } from "../frame_messages.ts";

export interface Kept {
  token: string | null;
  conversation: string | null;
  seen: number;
  draft: string;
  unsent: { client_id: string; text: string }[];
}

function read(text: string | null): Kept {
  let found: Partial<Kept> = {};
  try {
    found = (JSON.parse(text ?? "{}") as Partial<Kept> | null) ?? {};
  } catch {
    // Not ours: begin anew.
  }
  const unsent = Array.isArray(found.unsent) ? found.unsent : [];
  return {
    token: typeof found.token === "string" ? found.token : null,
    conversation: typeof found.conversation === "string" ? found.conversation : null,
    seen: typeof found.seen === "number" ? found.seen : 0,
    draft: typeof found.draft === "string" ? found.draft : "",
    unsent: unsent.filter((line) => typeof line?.client_id === "string" && typeof line?.text === "string"),
  };
}

export class Keeper {
  private readonly key: string;
  private last = "";

  constructor(
    site: string,
    private readonly keepOutside: (text: string) => void,
  ) {
    this.key = `switchroom-chat:${site}`;
  }

  /** `outside` is what the page around has kept; it counts where our own storage is refused. */
  load(outside: string | null): Kept {
    try {
      return read(sessionStorage.getItem(this.key));
    } catch {
      return read(outside);
    }
  }

  save(kept: Kept): void {
    const text = JSON.stringify(kept);
    if (text === this.last) return;
    this.last = text;
    try {
      sessionStorage.setItem(this.key, text);
    } catch {
      if (text.length <= KEPT_MAX) this.keepOutside(text);
    }
  }
}
