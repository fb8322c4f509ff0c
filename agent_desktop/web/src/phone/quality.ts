/** How good the line is, from what the browser counts each second, over the last five seconds. */

export interface LineSample {
  readonly received: number;
  readonly lost: number;
  readonly jitterMs: number;
  readonly roundTripMs: number | null;
  /** Loudness of the microphone, 0 to 1; null: not told. */
  readonly spoken: number | null;
}

export interface Quality {
  /** 3 good, 2 uneven, 1 bad. */
  readonly bars: 1 | 2 | 3;
  readonly word: string;
  readonly lossPercent: number;
  readonly jitterMs: number;
  readonly roundTripMs: number | null;
  /** One sentence when one side hears nothing. */
  readonly warning: string | null;
}

const WINDOW = 6;
const SILENT_AFTER = 4;

/** The newest sample is the last; at most `WINDOW` are kept. */
export function withSample(samples: readonly LineSample[], sample: LineSample): readonly LineSample[] {
  return [...samples, sample].slice(-WINDOW);
}

const over = (limit: number, values: readonly (number | null)[]) => values.every((value) => value === null || value <= limit);

/** Undefined until two samples are there. */
export function qualityOf(samples: readonly LineSample[], muted: boolean): Quality | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < 2) return undefined;
  const lost = Math.max(0, last.lost - first.lost);
  const received = Math.max(0, last.received - first.received);
  const lossPercent = lost + received === 0 ? 0 : (100 * lost) / (lost + received);
  const { jitterMs, roundTripMs } = last;
  const late = samples.slice(-SILENT_AFTER);
  const long = late.length === SILENT_AFTER;
  const deaf = long && late[0]?.received === last.received;
  const dumb = long && !muted && late.every((one) => one.spoken === 0);
  const warning = deaf ? "Nothing comes from the other side: you may not hear them." : dumb ? "Your microphone gives no sound: they may not hear you." : null;
  const bars = deaf || lossPercent > 5 || !over(60, [jitterMs]) || !over(400, [roundTripMs]) ? 1 : lossPercent > 1.5 || !over(30, [jitterMs]) || !over(250, [roundTripMs]) ? 2 : 3;
  return { bars, word: { 1: "Bad line", 2: "Uneven line", 3: "Good line" }[bars], lossPercent, jitterMs, roundTripMs, warning };
}

export function qualityWords(quality: Quality): string {
  const loss = quality.lossPercent < 0.05 ? "nothing lost" : `${quality.lossPercent.toFixed(1)} % lost`;
  const trip = quality.roundTripMs === null ? "" : `, round trip ${Math.round(quality.roundTripMs)} ms`;
  return `${loss}, jitter ${Math.round(quality.jitterMs)} ms${trip}`;
}

interface Stat {
  readonly type: string;
  readonly kind?: string;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly jitter?: number;
  readonly roundTripTime?: number;
  readonly audioLevel?: number;
  readonly currentRoundTripTime?: number;
  readonly nominated?: boolean;
}

/** The few figures that matter among all that `getStats` tells; undefined before any audio came. */
export function sampleOf(stats: Iterable<Stat>): LineSample | undefined {
  const all = [...stats].filter((one) => one.kind === undefined || one.kind === "audio");
  const inbound = all.find((one) => one.type === "inbound-rtp");
  if (inbound === undefined) return undefined;
  const remote = all.find((one) => one.type === "remote-inbound-rtp")?.roundTripTime;
  const pair = all.find((one) => one.type === "candidate-pair" && one.nominated)?.currentRoundTripTime;
  const trip = remote ?? pair;
  return {
    received: inbound.packetsReceived ?? 0,
    lost: inbound.packetsLost ?? 0,
    jitterMs: (inbound.jitter ?? 0) * 1000,
    roundTripMs: trip === undefined ? null : trip * 1000,
    spoken: all.find((one) => one.type === "media-source")?.audioLevel ?? null,
  };
}
