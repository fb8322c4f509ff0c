/** What is plain from a thread of mails itself, and need not be said or looked for. */

import type { MessageShown } from "../../protocol.gen";

const REPLY = /^(\s*(re|aw|sv|antw)\s*:)+\s*/i;

/** Whether a mail's subject tells more than that it belongs to the thread. */
export function ownSubject(message: MessageShown, threadSubject: string): string | null {
  const bare = (subject: string) => subject.replace(REPLY, "").trim();
  return message.subject === null || bare(message.subject) === bare(threadSubject) ? null : message.subject;
}
