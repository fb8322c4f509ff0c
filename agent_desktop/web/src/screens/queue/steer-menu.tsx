/** What a supervisor can do with one piece of waiting work: sooner or later, elsewhere, aside, to somebody. */

import { Button, Menu } from "@mantine/core";
import { memo } from "react";
import { useParts } from "../../app-context";
import { serverClock } from "../../clock";
import { CheckIcon, DownIcon } from "../../parts/icons";
import { type AgentRow, type Center, WALLBOARD_VIEW, type WaitingRow } from "../../protocol.gen";
import { useAct } from "../../use-act";
import { ACTIVITY } from "../../words";
import type { Asked } from "./why-dialog";

const PRIORITIES = [
  [10, "First of all (10)"],
  [5, "Sooner (5)"],
  [0, "As usual (0)"],
  [-5, "Later (-5)"],
] as const;

const MINUTE = 60_000;
const PARKINGS = [
  [15 * MINUTE, "For 15 minutes"],
  [60 * MINUTE, "For an hour"],
  [4 * 60 * MINUTE, "For 4 hours"],
  [24 * 60 * MINUTE, "For a day"],
] as const;

const FREE: Record<AgentRow["activity"], number> = { ready: 0, offered: 1, wrap_up: 2, talking: 3, not_ready: 4, signed_out: 5 };

interface Props {
  readonly row: WaitingRow;
  readonly called: string;
  readonly center: Center;
  readonly onWhy: (asked: Asked) => void;
}

/** Of two hundred rows that tick every second, only those that changed are drawn again. */
export const SteerMenu = memo(function SteerMenu({ row, called, center, onWhy }: Props) {
  const act = useAct();
  const { interaction } = row;
  const elsewhere = center.queues.filter((one) => one.medium === row.medium && one.id !== row.queue);
  return (
    <Menu position="bottom-end" width={190} trapFocus withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button size="xs" variant="default" rightSection={<DownIcon size={13} />} aria-label={`Steer: ${called}`}>
          Steer
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Sub>
          <Menu.Sub.Target>
            <Menu.Sub.Item>Priority</Menu.Sub.Item>
          </Menu.Sub.Target>
          <Menu.Sub.Dropdown>
            {PRIORITIES.map(([priority, words]) => (
              <Menu.Item
                key={priority}
                rightSection={row.priority === priority ? <CheckIcon size={14} /> : undefined}
                onClick={() => void act({ type: "prioritise_work", interaction, priority })}
              >
                {words}
              </Menu.Item>
            ))}
          </Menu.Sub.Dropdown>
        </Menu.Sub>
        {elsewhere.length > 0 && (
          <Menu.Sub>
            <Menu.Sub.Target>
              <Menu.Sub.Item>Move to</Menu.Sub.Item>
            </Menu.Sub.Target>
            <Menu.Sub.Dropdown className="long-menu">
              {elsewhere.map((one) => (
                <Menu.Item key={one.id} onClick={() => void act({ type: "move_work", interaction, to: one.id })}>
                  {one.name}
                </Menu.Item>
              ))}
            </Menu.Sub.Dropdown>
          </Menu.Sub>
        )}
        {row.parked_until_ms === null ? (
          <Menu.Sub>
            <Menu.Sub.Target>
              <Menu.Sub.Item>Park</Menu.Sub.Item>
            </Menu.Sub.Target>
            <Menu.Sub.Dropdown>
              {PARKINGS.map(([ms, words]) => (
                <Menu.Item key={ms} onClick={() => void act({ type: "park_work", interaction, until_ms: Math.round(serverClock.now()) + ms })}>
                  {words}
                </Menu.Item>
              ))}
            </Menu.Sub.Dropdown>
          </Menu.Sub>
        ) : (
          <Menu.Item onClick={() => void act({ type: "resume_work", interaction })}>Let it wait again</Menu.Item>
        )}
        {row.offered_to === null && <GiveMenu interaction={interaction} />}
        <Menu.Divider />
        <Menu.Item onClick={() => onWhy({ interaction, called })}>Why not …?</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
});

/** Who is free stands first; whoever is signed out is not there. */
function GiveMenu({ interaction }: { interaction: string }) {
  const act = useAct();
  const agents = useParts(WALLBOARD_VIEW, "agent_row");
  const there = agents.filter((one) => one.presence !== "signed_out").sort((a, b) => FREE[a.activity] - FREE[b.activity] || a.name.localeCompare(b.name));
  if (there.length === 0) return null;
  return (
    <Menu.Sub>
      <Menu.Sub.Target>
        <Menu.Sub.Item>Give to</Menu.Sub.Item>
      </Menu.Sub.Target>
      <Menu.Sub.Dropdown className="long-menu">
        {there.map((one) => (
          <Menu.Item key={one.key} rightSection={<span className="menu-word">{ACTIVITY[one.activity]}</span>} onClick={() => void act({ type: "pull_work", interaction, agent: one.agent })}>
            {one.name}
          </Menu.Item>
        ))}
      </Menu.Sub.Dropdown>
    </Menu.Sub>
  );
}
