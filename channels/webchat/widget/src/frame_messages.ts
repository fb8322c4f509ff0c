/** What the loader on the shop's page and the frame on our origin say to each other by postMessage. */

export const MARK = "switchroom-chat-1";
const TEXT_MAX = 512;
export const KEPT_MAX = 65_536;

export type ToFrame =
  | { mark: typeof MARK; type: "hello"; visitor: string | null; open: boolean; focus: boolean; kept: string | null }
  | { mark: typeof MARK; type: "visitor"; visitor: string | null }
  | { mark: typeof MARK; type: "shown"; open: boolean; focus: boolean };

export type ToPage =
  | { mark: typeof MARK; type: "ready" }
  | { mark: typeof MARK; type: "close" }
  | { mark: typeof MARK; type: "unread"; count: number }
  /** Our own origin's storage is refused inside a foreign page: the page's own holds it over a reload. */
  | { mark: typeof MARK; type: "keep"; text: string };

type Fields = Record<string, unknown>;

function marked(data: unknown): Fields | null {
  if (typeof data !== "object" || data === null) return null;
  const fields = data as Fields;
  return fields["mark"] === MARK ? fields : null;
}

function text(value: unknown, max: number): string | null {
  return typeof value === "string" && value.length > 0 && value.length <= max ? value : null;
}

/** Returns null for anything that is no message of the loader. */
export function readToFrame(data: unknown): ToFrame | null {
  const fields = marked(data);
  if (!fields) return null;
  const open = fields["open"] === true;
  const focus = fields["focus"] === true;
  if (fields["type"] === "hello") {
    const kept = text(fields["kept"], KEPT_MAX);
    return { mark: MARK, type: "hello", visitor: text(fields["visitor"], TEXT_MAX), open, focus, kept };
  }
  if (fields["type"] === "visitor") return { mark: MARK, type: "visitor", visitor: text(fields["visitor"], TEXT_MAX) };
  if (fields["type"] === "shown") return { mark: MARK, type: "shown", open, focus };
  return null;
}

/** Returns null for anything that is no message of the frame. */
export function readToPage(data: unknown): ToPage | null {
  const fields = marked(data);
  if (!fields) return null;
  if (fields["type"] === "ready" || fields["type"] === "close") return { mark: MARK, type: fields["type"] };
  const kept = text(fields["text"], KEPT_MAX);
  if (fields["type"] === "keep" && kept !== null) return { mark: MARK, type: "keep", text: kept };
  const count = fields["count"];
  if (fields["type"] === "unread" && typeof count === "number" && Number.isInteger(count) && count >= 0) {
    return { mark: MARK, type: "unread", count };
  }
  return null;
}
