/** What I chose to be for the router: now, or with the last of what is in hand; who set it instead, and whether it overruns. */

import { Menu, Tooltip, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useNow } from "../clock";
import { duration } from "../format";
import { useKeys } from "../keys";
import { CheckIcon, CrossIcon, DownIcon, WarningIcon } from "../parts/icons";
import { Key, Since } from "../parts/small";
import { useGetReady } from "../phone/readiness";
import type { Center, Me, Medium } from "../protocol.gen";
import { useAct } from "../use-act";
import { PRESENCE, afterThis, backOffBecause, readyWords, setBy } from "../words";

interface Props {
  readonly center: Center;
  readonly me: Me;
  readonly board: boolean;
}

/** On the desk itself the way back to work stands where the work would be. */
export function PresenceMenu({ center, me, board }: Props) {
  const act = useAct();
  const [opened, setOpened] = useState(false);
  const [busy, setBusy] = useState(false);
  const choose = async (presence: Me["presence"], reason: string | null, afterWork = false) => {
    setBusy(true);
    await act({ type: "set_presence", presence, reason, after_work: afterWork });
    setBusy(false);
  };
  const getReady = useGetReady();
  const ready = async () => {
    setBusy(true);
    await getReady();
    setBusy(false);
  };
  const first = center.reasons[0];
  useKeys({
    ready: () => void ready(),
    presence: () => setOpened(true),
    ...(first === undefined ? {} : { pause: () => void choose("not_ready", first.id) }),
  });
  return (
    <div className="presence">
      <Menu opened={opened} onChange={setOpened} position="bottom-start" width={250} trapFocus withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <UnstyledButton className="presence-button" data-presence={me.presence} data-over={me.overrun_since_ms !== null} aria-busy={busy}>
            <PresenceWords center={center} me={me} />
            <DownIcon size={14} />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<span className="presence-dot" data-presence="ready" />} rightSection={<Key>Alt+R</Key>} onClick={() => void ready()}>
            Ready
          </Menu.Item>
          {me.work_in_hand && (
            <>
              <Menu.Divider />
              <Menu.Label>After what is in hand</Menu.Label>
              {center.reasons.map((one) => (
                <Menu.Item
                  key={one.id}
                  leftSection={<span className="presence-dot" data-presence="planned" />}
                  rightSection={me.planned === "not_ready" && me.planned_reason === one.id ? <CheckIcon size={14} /> : undefined}
                  onClick={() => void choose("not_ready", one.id, true)}
                >
                  {one.name} after this
                </Menu.Item>
              ))}
            </>
          )}
          <Menu.Divider />
          <Menu.Label>{me.work_in_hand ? "Not ready, at once" : "Not ready"}</Menu.Label>
          {center.reasons.map((one, index) => (
            <Menu.Item
              key={one.id}
              leftSection={<span className="presence-dot" data-presence="not_ready" />}
              rightSection={me.presence === "not_ready" && me.reason === one.id ? <CheckIcon size={14} /> : index === 0 ? <Key>Alt+B</Key> : undefined}
              onClick={() => void choose("not_ready", one.id)}
            >
              {one.name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {me.planned !== null && <Planned center={center} me={me} onDrop={() => void choose(me.presence, me.reason)} />}
      {me.forced_by_name !== "" && <span className="set-by" data-presence={me.presence}>{setBy(me.forced_by_name)}</span>}
      {me.presence !== "ready" && board && (
        <Tooltip label={<>Take work from now on <Key>Alt+R</Key></>}>
          <UnstyledButton className="go-ready" onClick={() => void ready()} disabled={busy}>
            {readyWords(me)}
          </UnstyledButton>
        </Tooltip>
      )}
      {me.presence === "ready" && me.backed_off_until_ms !== null && <BackOff untilMs={me.backed_off_until_ms} media={center.media} />}
    </div>
  );
}

function PresenceWords({ center, me }: { center: Center; me: Me }) {
  const reason = center.reasons.find((one) => one.id === me.reason)?.name;
  const why = me.by === "missed_offers" ? "Not responding" : me.by === "phone_problem" ? "Phone problem" : undefined;
  // Who reads this is signed in: to the router they have not begun.
  const begun = me.presence !== "signed_out";
  return (
    <>
      <span className="presence-dot" />
      <span className="presence-word">{me.presence === "not_ready" ? (why ?? reason ?? PRESENCE.not_ready) : begun ? PRESENCE[me.presence] : "Not started"}</span>
      {begun && <Since ms={me.since_ms} />}
      {me.overrun_since_ms !== null && <Overrun sinceMs={me.overrun_since_ms} />}
    </>
  );
}

/** How long somebody is away beyond what the reason allows. */
export function Overrun({ sinceMs }: { sinceMs: number }) {
  const now = useNow();
  return (
    <span className="overrun" title="Longer than this reason allows">
      <WarningIcon size={13} />
      <span className="sr-only">Too long: </span>
      <span aria-hidden="true">{duration(now - sinceMs)} over</span>
    </span>
  );
}

function Planned({ center, me, onDrop }: { center: Center; me: Me; onDrop: () => void }) {
  const words = afterThis(me.planned, center.reasons.find((one) => one.id === me.planned_reason)?.name ?? "");
  return (
    <span className="planned" role="status">
      {words}
      <Tooltip label={me.presence === "ready" ? "Stay ready" : "Drop this plan"}>
        <UnstyledButton className="planned-drop" aria-label={`Drop: ${words}`} onClick={onDrop}>
          <CrossIcon size={14} />
        </UnstyledButton>
      </Tooltip>
    </span>
  );
}

function BackOff({ untilMs, media }: { untilMs: number; media: readonly Medium[] }) {
  const now = useNow();
  if (untilMs <= now) return null;
  return (
    <Tooltip label={`Nothing is offered until then, since ${backOffBecause(media)}.`}>
      <span className="back-off">next offer in {duration(untilMs - now)}</span>
    </Tooltip>
  );
}
