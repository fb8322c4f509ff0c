/** Emergency mode: who waits and who comes goes another way, at once and until a stated time. */

import { Button, Modal, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useParts } from "../../app-context";
import { serverClock, useNow } from "../../clock";
import { durationWords, instant, timeOfDay } from "../../format";
import { WarningIcon } from "../../parts/icons";
import { type EmergencyPlace, WALLBOARD_VIEW } from "../../protocol.gen";
import { useAct } from "../../use-act";

const MINUTE = 60_000;
const LASTING = [
  { value: "30", label: "30 minutes" },
  { value: "60", label: "1 hour" },
  { value: "240", label: "4 hours" },
  { value: "1440", label: "A day" },
];

export function usePlaces(): readonly EmergencyPlace[] {
  return useParts(WALLBOARD_VIEW, "emergency_place");
}

/** What is in emergency mode, for everybody who looks at the board. */
export function EmergencyBanner({ zone }: { zone: string }) {
  const on = usePlaces().filter((one) => one.until_ms !== null);
  if (on.length === 0) return null;
  return (
    <div className="emergency-banner" role="alert">
      <WarningIcon size={20} />
      <span>
        {on.map((one) => (
          <span key={one.key} className="emergency-line">
            <b>Emergency: {one.name}</b> {one.leads_to} until {timeOfDay(one.until_ms ?? 0, zone)}
            {one.by_name !== "" && `, declared by ${one.by_name}`}
          </span>
        ))}
      </span>
    </div>
  );
}

/** The press itself, where a place has a route. */
export function EmergencyButton({ zone }: { zone: string }) {
  const [opened, setOpened] = useState(false);
  const places = usePlaces();
  if (places.length === 0) return null;
  const on = places.some((one) => one.until_ms !== null);
  return (
    <>
      <Button color="red" variant={on ? "filled" : "outline"} size="xs" leftSection={<WarningIcon size={15} />} onClick={() => setOpened(true)}>
        Emergency
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Emergency mode" size="lg" closeButtonProps={{ "aria-label": "Close emergency mode" }}>
        <Places places={places} zone={zone} />
      </Modal>
    </>
  );
}

function Places({ places, zone }: { places: readonly EmergencyPlace[]; zone: string }) {
  const [minutes, setMinutes] = useState("60");
  return (
    <div className="emergency">
      <p className="muted">Whoever waits, whoever is being rung for and whoever comes goes the emergency route at once. Conversations go on.</p>
      <SegmentedControl data={LASTING} value={minutes} onChange={setMinutes} aria-label="For how long" fullWidth />
      <ul className="emergency-places">
        {places.map((one) => (
          <Place key={one.key} place={one} minutes={Number(minutes)} zone={zone} />
        ))}
      </ul>
    </div>
  );
}

function Place({ place, minutes, zone }: { place: EmergencyPlace; minutes: number; zone: string }) {
  const act = useAct();
  const now = useNow();
  const [busy, setBusy] = useState(false);
  const { queue, number, until_ms: until } = place;
  const carry = async (body: Parameters<typeof act>[0]) => {
    setBusy(true);
    await act(body);
    setBusy(false);
  };
  const declare = () => void carry({ type: "declare_emergency", queue, number, until_ms: Math.round(Math.max(until ?? 0, serverClock.now())) + minutes * MINUTE });
  const lift = () => void carry({ type: "lift_emergency", queue, number });
  return (
    <li data-on={until !== null}>
      <span className="emergency-words">
        <b>{place.name}</b>
        <span className="muted">
          {queue === null ? "Number" : "Queue"} · {place.leads_to}
        </span>
        {until !== null && (
          <span className="emergency-on" title={instant(until, zone)}>
            On until {timeOfDay(until, zone)}, for {durationWords(Math.max(0, until - now))} more
          </span>
        )}
      </span>
      {until !== null && (
        <Button variant="default" size="sm" loading={busy} onClick={lift} aria-label={`End the emergency: ${place.name}`}>
          End
        </Button>
      )}
      <Button color="red" variant={until === null ? "filled" : "light"} size="sm" loading={busy} onClick={declare} aria-label={`${until === null ? "Declare" : "Prolong"} the emergency: ${place.name}`}>
        {until === null ? "Declare" : "Prolong"}
      </Button>
    </li>
  );
}
