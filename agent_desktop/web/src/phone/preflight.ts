/** Whether the soft phone could really take a call now: socket, registration, microphone, output (law D4). */

import { soundContext } from "../ringer";
import { chosen, devices, outputsAreChosen } from "./devices";
import type { Link } from "./machine";

export type MicrophoneFound = "live" | "refused" | "muted" | "silent" | "unknown";
export type OutputFound = "there" | "none" | "gone" | "unknown";

export interface Facts {
  readonly link: Link;
  /** What the phone itself says of a link that is blocked. */
  readonly trouble: string | null;
  readonly microphone: MicrophoneFound;
  readonly output: OutputFound;
}

export interface Fault {
  readonly check: "Socket" | "Registration" | "Microphone" | "Output";
  readonly sentence: string;
}

/** The first check that fails, and how to mend it; null: all is well. What cannot be known is no fault. */
export function faultOf({ link, trouble, microphone, output }: Facts): Fault | null {
  if (link === "blocked" && microphone !== "refused") return { check: "Registration", sentence: trouble ?? "The telephone switch refused this phone. Sign in again." };
  if (link === "off" || link === "connecting" || link === "lost") return { check: "Socket", sentence: "The telephone switch does not answer. Check your network; the phone tries again by itself." };
  if (link === "registering") return { check: "Registration", sentence: "The telephone switch has not accepted this phone yet. Wait a moment and try again." };
  if (microphone === "refused") return { check: "Microphone", sentence: "The browser gives no microphone. Plug it in, allow it for this page, then try again." };
  if (microphone === "muted") return { check: "Microphone", sentence: "The microphone is muted by its own switch or by the system. Unmute it there, then try again." };
  if (microphone === "silent") return { check: "Microphone", sentence: "The microphone gives no sound at all. Look at its switch, or choose another one under Phone and sound." };
  if (output === "none") return { check: "Output", sentence: "There is nothing to hear with. Plug in a headset or speaker, then try again." };
  if (output === "gone") return { check: "Output", sentence: "The speaker that you chose is gone. Plug it in, or choose another one under Phone and sound." };
  return null;
}

const SILENCE_MS = 1_500;
const LOOK_MS = 50;

/** Looks at a microphone that was opened without any cleaning, so that silence means silence. */
export async function findMicrophone(): Promise<MicrophoneFound> {
  const device = chosen("microphone");
  let stream: MediaStream;
  try {
    const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, ...(device === null ? {} : { deviceId: { ideal: device } }) };
    stream = await navigator.mediaDevices.getUserMedia({ audio });
  } catch {
    return "refused";
  }
  try {
    const [track] = stream.getAudioTracks();
    if (track === undefined || track.readyState === "ended") return "refused";
    if (track.muted) return "muted";
    return await heard(stream);
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

/** A live microphone in a quiet room still gives some noise; one that is switched off gives nothing but zeros. */
async function heard(stream: MediaStream): Promise<MicrophoneFound> {
  const context = soundContext();
  if (context === undefined || context.state !== "running") return "unknown";
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  try {
    for (let waited = 0; waited < SILENCE_MS; waited += LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      analyser.getFloatTimeDomainData(samples);
      if (samples.some((value) => value !== 0)) return "live";
    }
    return "silent";
  } finally {
    source.disconnect();
  }
}

export async function findOutput(): Promise<OutputFound> {
  if (!outputsAreChosen()) return "unknown";
  const { outputs } = await devices();
  const wanted = chosen("speaker");
  if (wanted !== null) return outputs.some((one) => one.id === wanted) ? "there" : "gone";
  const all = await navigator.mediaDevices.enumerateDevices();
  return all.some((one) => one.kind === "audiooutput") ? "there" : "none";
}
