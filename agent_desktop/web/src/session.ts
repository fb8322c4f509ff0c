/** Signing in and out, and the one-use ticket that opens a socket. */

import type { Dialled, SocketLike } from "./connection";
import { PROTOCOL_VERSION, type Role } from "./protocol.gen";

export interface User {
  readonly user: string;
  readonly name: string;
  readonly role: Role;
}

export type SignedIn = { readonly ok: true; readonly user: User } | { readonly ok: false; readonly sentence: string };

const DEADLINE_MS = 10_000;

async function post(path: string, body?: unknown): Promise<Response> {
  return await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body ?? {}),
    credentials: "same-origin",
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
}

/** Who is signed in here: a user, nobody (null), or not to be learnt now (undefined). */
export async function whoAmI(): Promise<User | null | undefined> {
  try {
    const response = await fetch("/api/me", { credentials: "same-origin", signal: AbortSignal.timeout(DEADLINE_MS) });
    if (response.status === 401) return null;
    return response.ok ? ((await response.json()) as User) : undefined;
  } catch {
    return undefined;
  }
}

export async function signIn(user: string, password: string): Promise<SignedIn> {
  let response: Response;
  try {
    response = await post("/api/sign-in", { user, password });
  } catch {
    return { ok: false, sentence: "The contact center does not answer. Is it running?" };
  }
  if (response.ok) return { ok: true, user: (await response.json()) as User };
  return { ok: false, sentence: await sentenceOf(response) };
}

async function sentenceOf(response: Response): Promise<string> {
  const fallback =
    response.status === 429
      ? "Too many tries. Wait a minute and try again."
      : response.status < 500
        ? "This name and password do not fit."
        : "The contact center cannot sign you in just now.";
  try {
    const body = (await response.json()) as { sentence?: unknown; detail?: unknown };
    if (typeof body.sentence === "string") return body.sentence;
    if (typeof body.detail === "string") return body.detail;
  } catch {
    // no sentence in the answer: ours stands
  }
  return fallback;
}

export async function signOut(): Promise<void> {
  try {
    await post("/api/sign-out");
  } catch {
    // The session then ends by its idle limit; the page forgets the user either way.
  }
}

/** Gets a ticket and opens the socket with it. */
export async function dialServer(tab: string): Promise<Dialled> {
  const response = await post("/api/ticket");
  if (response.status === 401 || response.status === 403) return { end: "signed_out" };
  if (!response.ok) throw new Error(`ticket: ${response.status}`);
  const { ticket } = (await response.json()) as { ticket: string };
  const query = new URLSearchParams({ ticket, tab, protocol: String(PROTOCOL_VERSION) });
  const address = new URL(`/api/socket?${query}`, window.location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return { socket: wrap(new WebSocket(address)) };
}

function wrap(socket: WebSocket): SocketLike {
  const like: SocketLike = {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(),
    onmessage: null,
    onclose: null,
  };
  socket.onmessage = (event: MessageEvent<string>) => like.onmessage?.(event.data);
  socket.onclose = () => like.onclose?.();
  return like;
}
