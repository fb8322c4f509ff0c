/** The messages of channels/core/chat_protocol.py, as the widget sees them; a test compares the two. */

export const CHAT_PROTOCOL_VERSION = 1;
export const LINE_CHARACTERS_MAX = 4000;

export type Phase = "none" | "waiting" | "talking" | "ended";
export type EndedBy = "agent" | "visitor" | "away" | "system";

export interface LineShown {
  seq: number;
  at_ms: number;
  author: string;
  text: string;
  client_id?: string;
  name?: string;
}

export type FromWidget =
  | { type: "hello"; version: number; token?: string; visitor?: string; conversation?: string; last_seq: number }
  | { type: "line"; client_id: string; text: string }
  | { type: "ask"; last_seq: number }
  | { type: "typing" }
  | { type: "leave" }
  | { type: "heartbeat" };

export interface Welcome {
  type: "welcome";
  token: string;
  site: string;
  title: string;
  greeting: string;
  known?: boolean;
  conversation?: string;
  last_seq?: number;
}

export interface Standing {
  type: "standing";
  phase: Phase;
  agent?: string;
  ended?: EndedBy;
}

export interface Refused {
  type: "refused";
  reason: string;
  sentence: string;
  client_id?: string;
  again_ms?: number;
}

export type FromServer =
  | Welcome
  | { type: "ack"; client_id: string; conversation: string; seq: number }
  | { type: "lines"; conversation: string; lines: LineShown[] }
  | Standing
  | { type: "typing" }
  | { type: "heartbeat"; last_seq?: number }
  | Refused;
