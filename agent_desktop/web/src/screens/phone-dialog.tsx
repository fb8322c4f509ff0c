/** Phone and sound: which devices are used, how loud the microphone is, and whether calls could be taken now. */

import { Button, Modal, Select, Switch } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import { CheckIcon, WarningIcon } from "../parts/icons";
import { usePhone } from "../phone/controls";
import { choose, chosen, type Device, devices, onChosen, outputsAreChosen, type Use } from "../phone/devices";
import { faultWords } from "../phone/readiness";
import { microphoneIsPlain, setMicrophonePlain } from "../phone/softphone";
import { soundContext, tryRing } from "../ringer";

export function PhoneDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Phone and sound" size="md" closeButtonProps={{ "aria-label": "Close" }}>
      <PhoneForm />
    </Modal>
  );
}

type Found = Awaited<ReturnType<typeof devices>>;
const NOTHING: Found = { inputs: [], outputs: [] };

function useDevices(): Found {
  const [found, setFound] = useState(NOTHING);
  useEffect(() => {
    const look = () => void devices().then(setFound, () => setFound(NOTHING));
    look();
    navigator.mediaDevices.addEventListener("devicechange", look);
    return () => navigator.mediaDevices.removeEventListener("devicechange", look);
  }, []);
  return found;
}

function PhoneForm() {
  const { inputs, outputs } = useDevices();
  const [plain, setPlain] = useState(microphoneIsPlain);
  const where = outputsAreChosen();
  return (
    <div className="phone-form">
      <DeviceSelect use="microphone" label="Microphone" from={inputs} />
      <LevelMeter />
      <Switch
        label="Take noise out of what I say"
        checked={!plain}
        onChange={(event) => {
          setMicrophonePlain(!event.currentTarget.checked);
          setPlain(!event.currentTarget.checked);
        }}
      />
      {where && <DeviceSelect use="speaker" label="Speaker: where I hear the customer" from={outputs} />}
      {where && (
        <div className="phone-ring">
          <DeviceSelect use="ringing" label="Ringing" from={outputs} />
          <Button variant="default" onClick={tryRing}>
            Try
          </Button>
        </div>
      )}
      <PhoneCheck />
    </div>
  );
}

/** What was chosen and is gone stays chosen, and is named as gone. */
export function optionsOf(from: readonly Device[], now: string | null): { value: string; label: string }[] {
  const known = from.map(({ id, name }) => ({ value: id, label: name }));
  const gone = now !== null && !from.some((one) => one.id === now) ? [{ value: now, label: "Chosen before, not plugged in" }] : [];
  return [{ value: "", label: "As the system has it" }, ...known, ...gone];
}

function DeviceSelect({ use, label, from }: { use: Use; label: string; from: readonly Device[] }) {
  const now = useSyncExternalStore(onChosen, () => chosen(use));
  return <Select label={label} data={optionsOf(from, now)} value={now ?? ""} onChange={(id) => choose(use, id === "" ? null : id)} allowDeselect={false} />;
}

const LOOK_MS = 80;

/** How loud the chosen microphone is, as long as it is looked at. */
function LevelMeter() {
  const device = useSyncExternalStore(onChosen, () => chosen("microphone"));
  const [level, setLevel] = useState(0);
  useEffect(() => {
    let left = false;
    let stop = () => {};
    const open = async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: device === null ? true : { deviceId: { ideal: device } } });
      const context = soundContext();
      if (left || context === undefined) return stream.getTracks().forEach((track) => track.stop());
      const source = context.createMediaStreamSource(stream);
      const analyser = context.createAnalyser();
      source.connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      const timer = setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        setLevel(levelOf(samples));
      }, LOOK_MS);
      stop = () => {
        clearInterval(timer);
        source.disconnect();
        for (const track of stream.getTracks()) track.stop();
      };
    };
    void open().catch(() => setLevel(0));
    return () => {
      left = true;
      stop();
    };
  }, [device]);
  return (
    <div className="mic-level" role="meter" aria-label="How loud the microphone is" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(level * 100)}>
      <span style={{ transform: `scaleX(${level})` }} />
    </div>
  );
}

/** From silence (-60 dB and less) to as loud as can be, 0 to 1. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, value) => sum + value * value, 0) / Math.max(1, samples.length);
  return power === 0 ? 0 : Math.min(1, Math.max(0, 1 + (10 * Math.log10(power)) / 60));
}

function PhoneCheck() {
  const { check, fault } = usePhone();
  const [state, setState] = useState<"none" | "looking" | "looked">("none");
  const look = async () => {
    setState("looking");
    await check();
    setState("looked");
  };
  const bad = fault !== null && state !== "looking";
  return (
    <div className="phone-check">
      <Button variant="default" loading={state === "looking"} onClick={() => void look()}>
        Check the phone
      </Button>
      <p role="status" data-bad={bad}>
        {bad && <WarningIcon size={16} />}
        {bad && faultWords(fault)}
        {state === "looked" && fault === null && <CheckIcon size={16} />}
        {state === "looked" && fault === null && "Switch, registration, microphone and output are in order."}
      </p>
    </div>
  );
}
