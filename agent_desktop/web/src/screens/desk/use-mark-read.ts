/** Tells the server up to where the agent has read: what is on the screen of a page that is looked at. */

import { useEffect, useRef, useState } from "react";
import { useShared } from "../../app-context";
import type { MessageShown, WorkItem } from "../../protocol.gen";

function useLookedAt(): boolean {
  const [looked, setLooked] = useState(() => !document.hidden && document.hasFocus());
  useEffect(() => {
    const look = () => setLooked(!document.hidden && document.hasFocus());
    window.addEventListener("focus", look);
    window.addEventListener("blur", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.removeEventListener("focus", look);
      window.removeEventListener("blur", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return looked;
}

export function useMarkRead(work: WorkItem | undefined, messages: readonly MessageShown[]): void {
  const { connection } = useShared();
  const looked = useLookedAt();
  const told = useRef(-1);
  const last = messages.at(-1)?.number ?? -1;
  const handling = work?.handling;
  const unread = work?.unread ?? 0;
  useEffect(() => {
    // A center that was started anew has forgotten what was read: it is told again.
    if (unread === 0) told.current = -1;
    if (handling === undefined || !looked || unread === 0 || last <= told.current) return;
    told.current = last;
    void connection.request({ type: "mark_read", handling, number: last });
  }, [connection, handling, looked, unread, last]);
}
