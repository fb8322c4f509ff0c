/** Every word that a visitor reads, in one place. */
export const words = {
  log: "Conversation",
  composer: "Write a message",
  placeholder: "Write a message…",
  send: "Send",
  minimise: "Close chat window",
  end: "End chat",
  endQuestion: "End this chat?",
  endYes: "End chat",
  endNo: "Keep chatting",
  you: "You",
  team: "Our team",
  sending: "Sending",
  sent: "Sent",
  failed: "Not sent",
  retry: "Try again",
  discard: "Discard",
  typing: "is typing",
  statusNone: "We usually answer within minutes",
  statusWaiting: "You are in line: somebody will be with you shortly",
  statusTalking: "You are talking with {name}",
  statusEnded: "This chat has ended",
  endedAgent: "{name} has ended the chat.",
  endedVisitor: "You have ended the chat.",
  endedAway: "The chat was closed because you were away.",
  endedSystem: "The chat has ended.",
  again: "Start a new chat",
  earlier: "Earlier chat",
  joined: "{name} has joined the chat",
  offline: "No connection. Trying again…",
  connecting: "Connecting…",
  left: "{n} characters left",
  tooLong: "{n} characters too many",
};

export function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
