/**
 * The launcher on the shop's page. It touches nothing of the page but one element at the end of the body and one
 * global, keeps its looks in a shadow tree, and loads the conversation's frame when it is first opened.
 *
 * It works under a page policy of `script-src` and `frame-src` for our origin alone: no inline style, no innerHTML.
 */
import { MARK, readToPage, type ToFrame } from "./frame_messages.ts";
import { launcherStyle } from "./launcher_style.ts";

declare const switchroomSite: { frame: string; colour: string; title: string; open: string; close: string; unread: string };

const site = switchroomSite;
const script = document.currentScript as HTMLScriptElement | null;
const origin = new URL(script?.src || location.href).origin;
const OPEN_KEY = `switchroom-chat-open:${site.frame}`;
const KEPT_KEY = `switchroom-chat-kept:${site.frame}`;
const SVG = "http://www.w3.org/2000/svg";

interface Api {
  open(): void;
  close(): void;
  /** The shop's customer has signed in (or out, with null) without a new page. */
  identify(visitor: string | null): void;
}

function remember(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Refused here too: it holds until the next page.
  }
}

function remembered(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function icon(path: string, name: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", name);
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

function start(): void {
  let visitor: string | null = script?.dataset["visitor"] || null;
  let open = false;
  let unread = 0;
  let frame: HTMLIFrameElement | null = null;
  let ready = false;
  let wantsFocus = false;

  const host = document.createElement("switchroom-chat");
  const tree = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(launcherStyle);
  tree.adoptedStyleSheets = [sheet];
  host.style.setProperty("--colour", site.colour);

  const panel = document.createElement("div");
  panel.className = "panel";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", site.title);
  panel.hidden = true;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "launcher";
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.setAttribute("aria-hidden", "true");
  button.append(
    icon("M12 3c5.2 0 9 3.3 9 7.6s-3.8 7.6-9 7.6c-.9 0-1.8-.1-2.6-.3L4.6 20.6c-.5.3-1-.2-.9-.7l.8-3.5C3.6 15 3 12.9 3 10.6 3 6.3 6.8 3 12 3z", "talk"),
    icon("M6.7 9.3 12 14.6l5.3-5.3 1.4 1.4L12 17.4l-6.7-6.7z", "down"),
    badge,
  );
  tree.append(panel, button);

  function tell(message: ToFrame): void {
    if (ready) frame?.contentWindow?.postMessage(message, origin);
  }

  function label(): void {
    const words = open ? site.close : unread ? site.unread.replace("{n}", String(unread)) : site.open;
    button.setAttribute("aria-label", words);
    button.setAttribute("aria-expanded", String(open));
    badge.textContent = unread > 9 ? "9+" : String(unread);
    badge.hidden = open || !unread;
    host.classList.toggle("open", open);
  }

  function makeFrame(): void {
    frame = document.createElement("iframe");
    frame.title = site.title;
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox");
    frame.src = origin + site.frame;
    panel.append(frame);
  }

  /** A frame that is still loading would lose the focus again: it gets it when it says that it is ready. */
  function giveFrameFocus(): void {
    if (wantsFocus) frame?.focus();
  }

  function show(next: boolean, giveFocus: boolean): void {
    if (next === open) return;
    open = next;
    remember(OPEN_KEY, open ? "1" : "0");
    if (open) unread = 0;
    panel.hidden = !open;
    if (open && !frame) makeFrame();
    label();
    wantsFocus = open && giveFocus;
    if (ready) giveFrameFocus();
    tell({ mark: MARK, type: "shown", open, focus: wantsFocus });
    if (!open && giveFocus) button.focus();
  }

  addEventListener("message", (event) => {
    if (event.origin !== origin || !frame || event.source !== frame.contentWindow) return;
    const message = readToPage(event.data);
    if (message?.type === "ready") {
      ready = true;
      giveFrameFocus();
      tell({ mark: MARK, type: "hello", visitor, open, focus: wantsFocus, kept: remembered(KEPT_KEY) });
    } else if (message?.type === "close") {
      show(false, true);
    } else if (message?.type === "keep") {
      remember(KEPT_KEY, message.text);
    } else if (message?.type === "unread") {
      unread = open ? 0 : message.count;
      label();
    }
  });
  button.addEventListener("click", () => show(!open, true));
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(false, true);
  });

  const api: Api = {
    open: () => show(true, true),
    close: () => show(false, true),
    identify: (next) => {
      visitor = next;
      tell({ mark: MARK, type: "visitor", visitor });
    },
  };
  (window as unknown as { SwitchroomChat: Api }).SwitchroomChat = api;
  label();
  document.body.append(host);
  if (remembered(OPEN_KEY) === "1") show(true, false);
}

if (!("SwitchroomChat" in window)) {
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start, { once: true });
}
