/** Channels that do not work: what, and what to do, across the top of the desk and of the wallboard. */

import { useNow } from "../clock";
import type { ChannelDown } from "../protocol.gen";
import { WarningIcon } from "./icons";
import { Since } from "./small";

/** A channel that is only being opened, as after a start of the engine, is up again before anybody has read of it. */
const GRACE_MS = 3_000;

export function lasting(troubles: readonly ChannelDown[], nowMs: number): readonly ChannelDown[] {
  return troubles.filter((trouble) => nowMs - trouble.since_ms >= GRACE_MS);
}

export function Troubles({ troubles }: { troubles: readonly ChannelDown[] }) {
  const shown = lasting(troubles, useNow());
  if (shown.length === 0) return null;
  return (
    <div className="troubles" role="alert">
      {shown.map((trouble) => (
        <p key={trouble.key}>
          <WarningIcon size={16} /> <b>{trouble.name}</b> {trouble.sentence} <Since ms={trouble.since_ms} />
        </p>
      ))}
    </div>
  );
}
