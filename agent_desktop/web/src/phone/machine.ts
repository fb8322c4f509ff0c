/**
 * The soft phone's life, in two machines that are never one: its link to the switch, and its call.
 *
 * Link: off until it is started; connecting until the socket stands; registering until the switch knows us; registered.
 * lost while the socket is being found again; blocked when the browser gives no microphone or the switch refuses us.
 * Call: idle; ringing when the switch calls us; answering until audio stands; talking; ending until it is over.
 * A lost link ends no call: audio goes from machine to machine and may well go on.
 */

export type Link = "off" | "connecting" | "registering" | "registered" | "lost" | "blocked";
export type LinkTrigger = "started" | "connected" | "registered" | "refused" | "disconnected" | "no_microphone" | "stopped";
export type Call = "idle" | "ringing" | "answering" | "talking" | "ending";
export type CallTrigger = "invited" | "answered_here" | "audio_stands" | "hung_up_here" | "ended";

export type Cell<S> = { readonly to: S } | { readonly ignore: string };
type Table<S extends string, T extends string> = Record<S, Record<T, Cell<S>>>;

const off: Cell<Link> = { to: "off" };
const late: Cell<Link> = { ignore: "a message of a link that was given up" };

export const LINK_TABLE: Table<Link, LinkTrigger> = {
  off: {
    started: { to: "connecting" },
    connected: late,
    registered: late,
    refused: late,
    disconnected: late,
    no_microphone: { to: "blocked" },
    stopped: { ignore: "it is off" },
  },
  connecting: {
    started: { ignore: "it is being started" },
    connected: { to: "registering" },
    registered: { to: "registered" },
    refused: { to: "blocked" },
    disconnected: { to: "lost" },
    no_microphone: { to: "blocked" },
    stopped: off,
  },
  registering: {
    started: { ignore: "it is being started" },
    connected: { ignore: "the socket stands already" },
    registered: { to: "registered" },
    refused: { to: "blocked" },
    disconnected: { to: "lost" },
    no_microphone: { to: "blocked" },
    stopped: off,
  },
  registered: {
    started: { ignore: "it is registered" },
    connected: { ignore: "the socket stands already" },
    registered: { ignore: "a registration was renewed" },
    refused: { to: "blocked" },
    disconnected: { to: "lost" },
    no_microphone: { to: "blocked" },
    stopped: off,
  },
  lost: {
    started: { to: "connecting" },
    connected: { to: "registering" },
    registered: { to: "registered" },
    refused: { to: "blocked" },
    disconnected: { ignore: "still lost" },
    no_microphone: { to: "blocked" },
    stopped: off,
  },
  blocked: {
    started: { to: "connecting" },
    connected: late,
    registered: { to: "registered" },
    refused: { ignore: "still refused" },
    disconnected: late,
    no_microphone: { ignore: "still no microphone" },
    stopped: off,
  },
};

const idle: Cell<Call> = { to: "idle" };

export const CALL_TABLE: Table<Call, CallTrigger> = {
  idle: {
    invited: { to: "ringing" },
    answered_here: { ignore: "the call ended before the button was pressed" },
    audio_stands: { ignore: "of a call that is over" },
    hung_up_here: { ignore: "the call is over" },
    ended: { ignore: "the call is over" },
  },
  ringing: {
    invited: { ignore: "one call at a time: the second is refused as busy" },
    answered_here: { to: "answering" },
    audio_stands: { to: "talking" },
    hung_up_here: { to: "ending" },
    ended: idle,
  },
  answering: {
    invited: { ignore: "one call at a time: the second is refused as busy" },
    answered_here: { ignore: "pressed twice" },
    audio_stands: { to: "talking" },
    hung_up_here: { to: "ending" },
    ended: idle,
  },
  talking: {
    invited: { ignore: "one call at a time: the second is refused as busy" },
    answered_here: { ignore: "pressed twice" },
    audio_stands: { ignore: "renegotiated" },
    hung_up_here: { to: "ending" },
    ended: idle,
  },
  ending: {
    invited: { ignore: "one call at a time: the second is refused as busy" },
    answered_here: { ignore: "it is being ended" },
    audio_stands: { ignore: "it is being ended" },
    hung_up_here: { ignore: "pressed twice" },
    ended: idle,
  },
};

function next<S extends string, T extends string>(table: Table<S, T>, state: S, trigger: T): S {
  const cell = table[state][trigger];
  return "to" in cell ? cell.to : state;
}

export function nextLink(state: Link, trigger: LinkTrigger): Link {
  return next(LINK_TABLE, state, trigger);
}

export function nextCall(state: Call, trigger: CallTrigger): Call {
  return next(CALL_TABLE, state, trigger);
}

/** What stands on the desk while the switch calls. */
export interface Standing {
  /** Offers of calls, and colleagues who ask: each wants an answer of its own. */
  readonly rung: number;
  /** Calls in hand. */
  readonly active: number;
  /** Calls in hand whose phone is lost and is rung again. */
  readonly lost: number;
}

/**
 * Whether a call of the switch is answered without a button: after a reload the engine rings the agent again for the
 * call they are in, and nobody should have to press Answer twice for one customer.
 */
export function answersItself({ rung, active, lost }: Standing): boolean {
  return lost > 0 || (rung === 0 && active > 0);
}
