/** The agent's phone as the screens use it, whichever kind it is: answer, decline, hang up, mute, and where it is. */

import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useDeskParts, useOwner, usePart, useShared } from "../app-context";
import type { Body } from "../connection";
import { type AnyPart, DESK_VIEW, type Phone, type PhoneKind, type PhoneState, type WorkItem } from "../protocol.gen";
import { useAct } from "../use-act";
import { answersItself, type Standing } from "./machine";
import { type Fault, faultOf, findMicrophone, findOutput } from "./preflight";
import { type PhoneShown, Softphone } from "./softphone";

export interface PhoneControls {
  readonly kind: PhoneKind;
  /** As the switch sees it. */
  readonly state: PhoneState;
  /** This tab is the one that answers, rings and speaks. */
  readonly here: boolean;
  readonly soft: PhoneShown;
  /** Answer works in this tab: at once, or as soon as it rings. */
  readonly canAnswer: boolean;
  readonly answering: boolean;
  /** `ring`: an offer, or the leg of a colleague who asks. */
  answer(ring: string): void;
  decline(ring: string): void;
  hangUp(work: WorkItem): void;
  /** Out of a call that is not mine. */
  leaveCall(): void;
  readonly canMute: boolean;
  toggleMute(): void;
  tryAgain(): void;
  useHere(): void;
  readonly canDial: boolean;
  sendDigit(digit: string): void;
  /** What the browser counts on the line, each time it is asked. */
  stats(): Promise<RTCStatsReport | undefined>;
  /** The check before Ready: null when calls can be taken here, or are taken elsewhere. */
  check(): Promise<Fault | null>;
  /** What the last check found. */
  readonly fault: Fault | null;
}

const OFF: PhoneShown = { link: "off", call: "idle", muted: false, trouble: null };
const PhoneContext = createContext<PhoneControls | null>(null);

export function usePhone(): PhoneControls {
  const controls = useContext(PhoneContext);
  if (controls === null) throw new Error("a screen stands outside of PhoneProvider");
  return controls;
}

export function standingOf(parts: readonly AnyPart[]): Standing {
  const count = (is: (part: AnyPart) => boolean) => parts.filter(is).length;
  return {
    rung: count((part) => (part.type === "offer_card" && part.medium === "voice") || (part.type === "consult_card" && part.doing === "ringing")),
    active: count((part) => part.type === "work_item" && part.medium === "voice" && part.state === "active"),
    lost: count((part) => part.type === "call_shown" && part.lost_until_ms !== null),
  };
}

function useSoftphone(): Softphone {
  const { views } = useShared();
  const [phone] = useState(() => {
    const audio = document.createElement("audio");
    audio.id = "phone-audio";
    audio.autoplay = true;
    return new Softphone(audio, () => answersItself(standingOf([...(views.get(DESK_VIEW)?.parts.values() ?? [])])));
  });
  useEffect(() => {
    document.body.append(phone.audio);
    const leave = () => phone.leavePage();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      phone.audio.remove();
    };
  }, [phone]);
  return phone;
}

/** Registers the soft phone while this tab owns it; the returned function starts it again after trouble. */
function useRegistration(phone: Softphone, part: Phone | undefined, here: boolean): () => Promise<void> {
  const isSoft = part?.kind === "softphone" && here;
  const { ws_url = null, sip_uri = null, password = null } = part ?? {};
  const start = useMemo(
    () => async () => {
      if (ws_url !== null && sip_uri !== null && password !== null) await phone.start({ ws_url, sip_uri, password });
    },
    [phone, ws_url, sip_uri, password],
  );
  useEffect(() => {
    if (!isSoft) return undefined;
    void start();
    return () => phone.stop();
  }, [isSoft, start, phone]);
  return start;
}

/** Answer may be pressed a moment before it rings: the wish stands as long as the offer does. */
function useAnswerWish(rings: boolean, answer: () => void): readonly [boolean, (ring: string) => void] {
  const offers = useDeskParts("offer_card");
  const consults = useDeskParts("consult_card");
  const [wanted, setWanted] = useState<string | null>(null);
  useEffect(() => {
    const stands = offers.some((offer) => offer.offer === wanted) || consults.some((card) => card.leg === wanted && card.doing === "ringing");
    if (wanted === null || (stands && !rings)) return;
    // eslint-disable-next-line react-hooks/set-state-in-effect -- what ends the wish, a ring, comes from outside React
    setWanted(null);
    if (stands) answer();
  }, [wanted, rings, offers, consults, answer]);
  return [wanted !== null, setWanted];
}

/** The desk may learn after the ring that it belongs to a call in hand, as after a reload. */
function useLostCall(rings: boolean, answer: () => void): void {
  const lost = useDeskParts("call_shown").some((call) => call.lost_until_ms !== null);
  useEffect(() => {
    if (rings && lost) answer();
  }, [rings, lost, answer]);
}

const REGISTERED_WITHIN_MS = 5_000;

/** While a call is on, the microphone proves itself; only the link is looked at. */
function usePreflight(phone: Softphone, start: () => Promise<void>, mine: boolean): readonly [() => Promise<Fault | null>, Fault | null] {
  const [fault, setFault] = useState<Fault | null>(null);
  const check = useCallback(async () => {
    if (!mine) return null;
    if (phone.get().link === "blocked") await start();
    await phone.settled(REGISTERED_WITHIN_MS);
    const free = phone.get().call === "idle";
    const [microphone, output] = free ? await Promise.all([findMicrophone(), findOutput()]) : (["unknown", "unknown"] as const);
    const { link, trouble } = phone.get();
    const found = faultOf({ link, trouble, microphone, output });
    setFault(found);
    return found;
  }, [phone, start, mine]);
  // What was mended is seen by itself: a headset that is plugged in, a switch that is found again.
  useEffect(() => {
    if (fault === null || !mine) return undefined;
    let { link } = phone.get();
    const again = () => void check();
    const leave = phone.subscribe(() => {
      const before = link;
      link = phone.get().link;
      if (link === "registered" && before !== link) again();
    });
    navigator.mediaDevices?.addEventListener("devicechange", again);
    return () => {
      leave();
      navigator.mediaDevices?.removeEventListener("devicechange", again);
    };
  }, [fault, mine, phone, check]);
  return [check, mine ? fault : null];
}

export function PhoneProvider({ children }: { children: ReactNode }) {
  const { owner } = useShared();
  const here = useOwner();
  const part = usePart(DESK_VIEW, "phone", "phone");
  const act = useAct();
  const phone = useSoftphone();
  const soft = useSyncExternalStore(phone.subscribe, phone.get);
  const start = useRegistration(phone, part, here);
  const kind = part?.kind ?? "none";
  const state = part?.state ?? "unreachable";
  const rings = kind === "rehearsal" ? state === "ringing" : soft.call === "ringing";
  const lift = useCallback(() => (kind === "rehearsal" ? void act({ type: "answer_rehearsal_phone" }) : phone.answer()), [kind, act, phone]);
  const [wished, wish] = useAnswerWish(rings, lift);
  useLostCall(here && rings, lift);

  const stats = useCallback(() => phone.stats(), [phone]);
  const [check, fault] = usePreflight(phone, start, kind === "softphone" && here);

  const controls: PhoneControls = {
    kind,
    state,
    here,
    soft: kind === "softphone" ? soft : OFF,
    canAnswer: here && (kind === "rehearsal" || (kind === "softphone" && soft.link !== "blocked")),
    answering: wished || soft.call === "answering",
    answer: wish,
    decline: (ring) => {
      const body: Body =
        kind === "rehearsal" && state === "ringing"
          ? { type: "decline_rehearsal_phone" }
          : { type: "decline_offer", offer: ring };
      void act(body);
    },
    hangUp: (work) => {
      if (kind === "softphone" && here && soft.call !== "idle") phone.hangUp();
      else if (kind === "rehearsal") void act({ type: "hang_up_rehearsal_phone" });
      else void act({ type: "end_handling", handling: work.handling });
    },
    leaveCall: () => {
      if (kind === "softphone" && here) phone.hangUp();
      else if (kind === "rehearsal") void act({ type: "hang_up_rehearsal_phone" });
    },
    canMute: kind === "softphone" && here && soft.call === "talking",
    toggleMute: () => phone.toggleMute(),
    tryAgain: () => void start(),
    useHere: () => owner.takeOver(),
    canDial: kind === "softphone" && here && soft.call === "talking",
    sendDigit: (digit) => phone.sendDigit(digit),
    stats,
    check,
    fault,
  };
  return <PhoneContext value={controls}>{children}</PhoneContext>;
}
