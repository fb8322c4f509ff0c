/**
 * The browser as the agent's telephone: JsSIP behind the two machines of `machine.ts`.
 *
 * It registers only while the microphone can be had, so that the switch, and with it the router, never believes in a
 * phone that could not speak.
 */

import type { RTCSession } from "jssip/lib/RTCSession";
import type { UA } from "jssip/lib/UA";
import { userKeep } from "../tab";
import { chosen, onChosen, route } from "./devices";
import { type Call, type CallTrigger, type Link, type LinkTrigger, nextCall, nextLink } from "./machine";

export interface PhoneAccount {
  readonly ws_url: string;
  readonly sip_uri: string;
  readonly password: string;
}

export interface PhoneShown {
  readonly link: Link;
  readonly call: Call;
  readonly muted: boolean;
  /** One sentence for people when the link is blocked. */
  readonly trouble: string | null;
}

const PLAIN_KEY = "microphone-plain";

/** Whether the microphone is taken as it is, for headsets that clean the sound themselves. */
export function microphoneIsPlain(): boolean {
  return userKeep.getItem(PLAIN_KEY) === "1";
}

/** Holds from the next call on. */
export function setMicrophonePlain(plain: boolean): void {
  if (plain) userKeep.setItem(PLAIN_KEY, "1");
  else userKeep.removeItem(PLAIN_KEY);
}

function microphone(): Promise<MediaStream> {
  const cleaned = !microphoneIsPlain();
  const device = chosen("microphone");
  return navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: cleaned, noiseSuppression: cleaned, autoGainControl: cleaned, ...(device === null ? {} : { deviceId: { ideal: device } }) },
  });
}

/** Gathering is not waited for: a host address is enough on one network, and 300 ms is what the budget allows. */
const GATHERING_MAX_MS = 300;

const DIGIT_MS = 160;
const DIGIT_GAP_MS = 70;

export class Softphone {
  private shown: PhoneShown = { link: "off", call: "idle", muted: false, trouble: null };
  private ua: UA | undefined;
  private session: RTCSession | undefined;
  private microphone: MediaStream | undefined;
  private generation = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly audio: HTMLAudioElement,
    private readonly answersNow: () => boolean,
  ) {
    route(audio, "speaker");
    onChosen(() => route(audio, "speaker"));
  }

  get = (): PhoneShown => this.shown;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async start(account: PhoneAccount): Promise<void> {
    const generation = ++this.generation;
    if (!(await this.microphoneWorks())) return;
    const { UA, WebSocketInterface } = await import("jssip");
    if (generation !== this.generation) return;
    this.stopAgent();
    this.link("started");
    const agent = new UA({
      sockets: [new WebSocketInterface(account.ws_url)],
      uri: account.sip_uri,
      password: account.password,
      register: true,
      register_expires: 120,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
      no_answer_timeout: 60,
      user_agent: "Switchroom",
    });
    this.ua = agent;
    const mine = (work: () => void) => () => {
      if (this.ua === agent) work();
    };
    agent.on("connected", mine(() => this.link("connected")));
    agent.on("disconnected", mine(() => this.link("disconnected")));
    agent.on("registered", mine(() => this.link("registered")));
    agent.on("registrationFailed", mine(() => this.link("refused", "The telephone switch refused this phone. Sign in again.")));
    agent.on("newRTCSession", (event: { originator: string; session: RTCSession }) => {
      if (this.ua === agent && event.originator === "remote") this.invited(event.session);
    });
    agent.start();
  }

  stop(): void {
    this.generation += 1;
    this.stopAgent();
    this.link("stopped");
  }

  answer(): void {
    const session = this.session;
    if (session === undefined || this.shown.call !== "ringing") return;
    this.call("answered_here");
    session.answer({
      mediaConstraints: { audio: true, video: false },
      ...(this.microphone === undefined ? {} : { mediaStream: this.microphone }),
      pcConfig: { iceServers: [] },
    });
  }

  /**
   * The page goes (reload, closing, crash of a tab group): the switch is told at once, and told that nobody hung up.
   * Cause 41 of Q.850 is a temporary failure: the engine rings the agent again for the same customer.
   */
  leavePage(): void {
    const session = this.session;
    if (session === undefined || this.shown.call === "ending") return;
    if (this.shown.call === "ringing") session.terminate({ status_code: 480, reason_phrase: "Page closed" });
    else session.terminate({ extraHeaders: ['Reason: Q.850;cause=41;text="Page closed"'] });
  }

  /** Refuses a ringing call or ends a running one. */
  hangUp(): void {
    const session = this.session;
    if (session === undefined) return;
    const rings = this.shown.call === "ringing";
    this.call("hung_up_here");
    session.terminate(rings ? { status_code: 603, reason_phrase: "Decline" } : {});
  }

  toggleMute(): void {
    const session = this.session;
    if (session === undefined || this.shown.call !== "talking") return;
    if (this.shown.muted) session.unmute({ audio: true });
    else session.mute({ audio: true });
    this.show({ muted: !this.shown.muted });
  }

  /** One key of the telephone, as RFC 4733 events where the line takes them, else by INFO. Digits are told to nobody else. */
  sendDigit(digit: string): void {
    const session = this.session;
    if (session === undefined || this.shown.call !== "talking") return;
    const sender = session.connection.getSenders().find((one) => one.dtmf?.canInsertDTMF === true)?.dtmf;
    if (sender === undefined || sender === null) session.sendDTMF(digit);
    else sender.insertDTMF(sender.toneBuffer + digit, DIGIT_MS, DIGIT_GAP_MS);
  }

  /** What the line counts, while there is one. */
  async stats(): Promise<RTCStatsReport | undefined> {
    return this.shown.call === "talking" ? this.session?.connection.getStats() : undefined;
  }

  /** Settles when the switch knows this phone, or when that is not to be expected within `withinMs`. */
  settled(withinMs: number): Promise<void> {
    const over = () => this.shown.link === "registered" || this.shown.link === "blocked";
    if (over()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        leave();
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      const leave = this.subscribe(() => {
        if (over()) done();
      });
    });
  }

  private async microphoneWorks(): Promise<boolean> {
    try {
      const stream = await microphone();
      for (const track of stream.getTracks()) track.stop();
      return true;
    } catch {
      this.link("no_microphone", "The browser gives no microphone. Allow it for this page, then press Try again.");
      return false;
    }
  }

  private invited(session: RTCSession): void {
    if (this.session !== undefined) {
      session.terminate({ status_code: 486, reason_phrase: "Busy Here" });
      return;
    }
    this.session = session;
    this.show({ muted: false });
    this.call("invited");
    this.follow(session);
    void this.openMicrophone(session).then(() => {
      if (this.session === session && this.answersNow()) this.answer();
    });
  }

  private follow(session: RTCSession): void {
    const over = () => this.over(session);
    session.on("failed", over);
    session.on("ended", over);
    session.on("confirmed", () => {
      if (this.session === session) this.call("audio_stands");
    });
    session.on("peerconnection", (event: { peerconnection: RTCPeerConnection }) => this.hear(event.peerconnection));
    let gathered: ReturnType<typeof setTimeout> | undefined;
    session.on("icecandidate", (event: { candidate: RTCIceCandidate; ready: () => void }) => {
      gathered ??= setTimeout(event.ready, event.candidate.type === "host" ? 20 : GATHERING_MAX_MS);
    });
  }

  private hear(peer: RTCPeerConnection): void {
    peer.addEventListener("track", (event) => {
      const [stream] = event.streams;
      if (stream === undefined) return;
      this.audio.srcObject = stream;
      void this.audio.play().catch(() => undefined);
    });
  }

  /** The microphone is opened while it rings, so that the first word after the answer is heard. */
  private async openMicrophone(session: RTCSession): Promise<void> {
    try {
      const stream = await microphone();
      if (this.session === session) this.microphone = stream;
      else for (const track of stream.getTracks()) track.stop();
    } catch {
      this.link("no_microphone", "The browser gives no microphone. Allow it for this page, then press Try again.");
    }
  }

  private over(session: RTCSession): void {
    if (this.session !== session) return;
    this.session = undefined;
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.microphone = undefined;
    this.audio.srcObject = null;
    this.call("ended");
    this.show({ muted: false });
  }

  private stopAgent(): void {
    const agent = this.ua;
    this.ua = undefined;
    const session = this.session;
    if (session !== undefined) {
      session.terminate();
      this.over(session);
    }
    agent?.stop();
  }

  private link(trigger: LinkTrigger, trouble: string | null = null): void {
    const link = nextLink(this.shown.link, trigger);
    this.show({ link, trouble: link === "blocked" ? (trouble ?? this.shown.trouble) : null });
    if (link === "blocked" && trigger === "no_microphone") this.ua?.unregister({ all: true });
  }

  private call(trigger: CallTrigger): void {
    this.show({ call: nextCall(this.shown.call, trigger) });
  }

  private show(part: Partial<PhoneShown>): void {
    this.shown = { ...this.shown, ...part };
    for (const listener of [...this.listeners]) listener();
  }
}
