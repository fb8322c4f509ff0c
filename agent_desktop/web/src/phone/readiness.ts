/** Ready means really ready: the phone is looked at before, and every minute after (law D4). */

import { useCallback, useEffect } from "react";
import type { Center, Me, Named } from "../protocol.gen";
import { complain, useAct } from "../use-act";
import { usePhone } from "./controls";
import type { Fault } from "./preflight";

const EVERY_MS = 60_000;

export function faultWords(fault: Fault): string {
  return `${fault.check}: ${fault.sentence}`;
}

/** The reason of this center that comes nearest to a phone which does not work; the first when none does. */
export function phoneReason(reasons: readonly Named[]): string | null {
  const near = reasons.find((one) => /phone|tech|problem|fault/i.test(`${one.id} ${one.name}`));
  return (near ?? reasons[0])?.id ?? null;
}

/** Gets ready, unless the phone in this tab could not take a call: then it says what is wrong. */
export function useGetReady(): () => Promise<void> {
  const act = useAct();
  const { check } = usePhone();
  return useCallback(async () => {
    const fault = await check();
    if (fault !== null) complain(faultWords(fault));
    else await act({ type: "set_presence", presence: "ready", reason: null });
  }, [act, check]);
}

/** While the agent is ready: a phone that fails later takes them out, before a customer is offered to nobody. */
export function useStayReady(me: Me | undefined, center: Center | undefined): void {
  const act = useAct();
  const { check } = usePhone();
  const ready = me?.is_agent === true && me.presence === "ready";
  const reason = phoneReason(center?.reasons ?? []);
  useEffect(() => {
    if (!ready || reason === null) return undefined;
    let left = false;
    const look = () =>
      void check().then((fault) => {
        if (fault === null || left) return;
        complain(faultWords(fault));
        void act({ type: "set_presence", presence: "not_ready", reason });
      });
    const timer = setInterval(look, EVERY_MS);
    navigator.mediaDevices?.addEventListener("devicechange", look);
    return () => {
      left = true;
      clearInterval(timer);
      navigator.mediaDevices?.removeEventListener("devicechange", look);
    };
  }, [ready, reason, check, act]);
}
