/** Tells the server, once, that a record is painted: the phone may ring. */

import { useEffect, useRef } from "react";
import { useShared } from "../../app-context";

/** In a hidden page nothing is painted, and the record stands ready for when it is looked at. */
function afterPaint(work: () => void): () => void {
  if (document.hidden) {
    work();
    return () => undefined;
  }
  let second = 0;
  const first = requestAnimationFrame(() => {
    second = requestAnimationFrame(work);
  });
  return () => {
    cancelAnimationFrame(first);
    cancelAnimationFrame(second);
  };
}

/** `offer`: an offer, or the leg of whoever is asked about a call. */
export function usePop(offer: string): void {
  const { connection } = useShared();
  const told = useRef(false);
  useEffect(() => {
    if (told.current) return undefined;
    return afterPaint(() => {
      told.current = true;
      void connection.request({ type: "pop_shown", offer });
    });
  }, [connection, offer]);
}
