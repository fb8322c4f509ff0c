// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { choose, chosen, onChosen } from "../src/phone/devices";
import { type Facts, faultOf } from "../src/phone/preflight";
import { type LineSample, qualityOf, qualityWords, sampleOf, withSample } from "../src/phone/quality";
import { phoneReason } from "../src/phone/readiness";
import { keyedWords } from "../src/screens/desk/keypad";
import { levelOf, optionsOf } from "../src/screens/phone-dialog";

const at = (received: number, extra: Partial<LineSample> = {}): LineSample => ({ received, lost: 0, jitterMs: 4, roundTripMs: 40, spoken: 0.1, ...extra });

describe("the line", () => {
  it("is known from two samples on, and good while little is lost, late or far", () => {
    expect(qualityOf([at(50)], false)).toBeUndefined();
    expect(qualityOf([at(0), at(50), at(100)], false)).toMatchObject({ bars: 3, word: "Good line", warning: null });
  });

  it("is uneven, then bad, by loss, jitter or round trip", () => {
    const bars = (extra: Partial<LineSample>) => qualityOf([at(0), at(100, extra)], false)?.bars;
    expect([1, 2, 10].map((lost) => bars({ lost }))).toEqual([3, 2, 1]);
    expect([30, 31, 61].map((jitterMs) => bars({ jitterMs }))).toEqual([3, 2, 1]);
    expect([null, 251, 401].map((roundTripMs) => bars({ roundTripMs }))).toEqual([3, 2, 1]);
  });

  it("warns when nothing comes, and when the microphone gives nothing, unless it is muted", () => {
    const deaf = [at(50), at(50), at(50), at(50)];
    expect(qualityOf(deaf, false)?.warning).toMatch(/you may not hear them/);
    expect(qualityOf(deaf.slice(1), false)?.warning).toBeNull();
    const dumb = [0, 50, 100, 150].map((received) => at(received, { spoken: 0 }));
    expect(qualityOf(dumb, false)?.warning).toMatch(/they may not hear you/);
    expect(qualityOf(dumb, true)?.warning).toBeNull();
    expect(qualityOf(dumb.map((one) => ({ ...one, spoken: null })), false)?.warning).toBeNull();
  });

  it("forgets what is older than its window", () => {
    let samples: readonly LineSample[] = [];
    for (let second = 0; second < 9; second += 1) samples = withSample(samples, at(second));
    expect(samples.map((one) => one.received)).toEqual([3, 4, 5, 6, 7, 8]);
  });

  it("reads what the browser counts, in the units of people", () => {
    const stats = [
      { type: "inbound-rtp", kind: "video", packetsReceived: 9 },
      { type: "inbound-rtp", kind: "audio", packetsReceived: 100, packetsLost: 2, jitter: 0.012 },
      { type: "media-source", kind: "audio", audioLevel: 0.2 },
      { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.05 },
    ];
    expect(sampleOf(stats)).toEqual({ received: 100, lost: 2, jitterMs: 12, roundTripMs: 50, spoken: 0.2 });
    expect(sampleOf([{ type: "remote-inbound-rtp", kind: "audio", roundTripTime: 0.1 }, ...stats])?.roundTripMs).toBe(100);
    expect(sampleOf([])).toBeUndefined();
    expect(qualityWords(qualityOf([at(0), at(98, { lost: 2 })], false)!)).toBe("2.0 % lost, jitter 4 ms, round trip 40 ms");
  });
});

describe("the check before Ready", () => {
  const fine: Facts = { link: "registered", trouble: null, microphone: "live", output: "there" };
  const check = (extra: Partial<Facts>) => faultOf({ ...fine, ...extra })?.check;

  it("finds nothing wrong with a phone that works, nor with what cannot be known", () => {
    expect(faultOf(fine)).toBeNull();
    expect(faultOf({ ...fine, microphone: "unknown", output: "unknown" })).toBeNull();
  });

  it("names the first check that fails, with the way out", () => {
    expect((["off", "connecting", "lost"] as const).map((link) => check({ link }))).toEqual(["Socket", "Socket", "Socket"]);
    expect(check({ link: "registering" })).toBe("Registration");
    expect(faultOf({ ...fine, link: "blocked", trouble: "Refused." })).toEqual({ check: "Registration", sentence: "Refused." });
    expect(check({ link: "blocked", microphone: "refused" })).toBe("Microphone");
    for (const microphone of ["refused", "muted", "silent"] as const) expect(check({ microphone, output: "none" })).toBe("Microphone");
    for (const output of ["none", "gone"] as const) expect(check({ output })).toBe("Output");
    for (const microphone of ["refused", "muted", "silent"] as const) expect(faultOf({ ...fine, microphone })?.sentence).toMatch(/try again|choose another/);
  });

  it("takes somebody out with the reason that comes nearest", () => {
    const lunch = { id: "lunch", name: "Lunch" };
    expect(phoneReason([lunch, { id: "it", name: "Technical problem" }])).toBe("it");
    expect(phoneReason([lunch])).toBe("lunch");
    expect(phoneReason([])).toBeNull();
  });
});

describe("devices", () => {
  beforeEach(() => window.localStorage.clear());

  it("are remembered, and told to whoever sounds", () => {
    let told = 0;
    const leave = onChosen(() => (told += 1));
    choose("speaker", "d-1");
    expect([chosen("speaker"), chosen("ringing"), told]).toEqual(["d-1", null, 1]);
    choose("speaker", null);
    expect([chosen("speaker"), told]).toEqual([null, 2]);
    leave();
    choose("speaker", "d-2");
    expect(told).toBe(2);
  });

  it("that are gone stay chosen and are named so", () => {
    const headset = { id: "h", name: "Headset" };
    expect(optionsOf([headset], "h").map((one) => one.label)).toEqual(["As the system has it", "Headset"]);
    expect(optionsOf([headset], "x").at(-1)).toEqual({ value: "x", label: "Chosen before, not plugged in" });
  });

  it("show how loud they are on a scale of ears", () => {
    expect(levelOf(new Float32Array(8))).toBe(0);
    expect(levelOf(new Float32Array(8).fill(1))).toBe(1);
    expect(levelOf(new Float32Array(8).fill(0.0316))).toBeCloseTo(0.5, 2);
  });
});

describe("what was keyed", () => {
  it("is dots but for the newest", () => {
    expect(keyedWords(4, "12")).toBe("••••12");
    expect(keyedWords(0, "")).toBe("");
    expect(keyedWords(40, "1")).toHaveLength(24);
  });
});
