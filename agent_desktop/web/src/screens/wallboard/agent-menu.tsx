/** What a supervisor can do about one agent: set their presence, lend them, and close a wrap-up left open. */

import { Menu, UnstyledButton } from "@mantine/core";
import { useNow } from "../../clock";
import { duration } from "../../format";
import { CheckIcon, MoreIcon } from "../../parts/icons";
import type { AgentRow, Center, Presence, WrapUpShown } from "../../protocol.gen";
import { useAct } from "../../use-act";
import { MEDIUM } from "../../words";

export function AgentMenu({ row, center }: { row: AgentRow; center: Center }) {
  const act = useAct();
  const force = (presence: Presence, reason: string | null) => void act({ type: "force_presence", agent: row.agent, presence, reason });
  const here = row.presence !== "signed_out";
  return (
    <Menu position="bottom-end" width={230} trapFocus withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <UnstyledButton className="agent-menu" aria-label={`Steer ${row.name}`}>
          <MoreIcon size={16} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Set {row.name}</Menu.Label>
        <Menu.Item
          leftSection={<span className="presence-dot" data-presence="ready" />}
          rightSection={row.presence === "ready" ? <CheckIcon size={14} /> : undefined}
          onClick={() => force("ready", null)}
        >
          Ready
        </Menu.Item>
        {center.reasons.map((one) => (
          <Menu.Item
            key={one.id}
            leftSection={<span className="presence-dot" data-presence="not_ready" />}
            rightSection={row.presence === "not_ready" && row.reason_name === one.name ? <CheckIcon size={14} /> : undefined}
            onClick={() => force("not_ready", one.id)}
          >
            Not ready: {one.name}
          </Menu.Item>
        ))}
        {here && (
          <Menu.Item leftSection={<span className="presence-dot" />} onClick={() => force("signed_out", null)}>
            Sign out
          </Menu.Item>
        )}
        {here && <LendItems row={row} center={center} />}
        {row.wrap_ups.length > 0 && <Menu.Divider />}
        {row.wrap_ups.map((one) => (
          <CloseItem key={one.handling} wrapUp={one} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Where the agent may help out, and for one who does, the way back. */
function LendItems({ row, center }: { row: AgentRow; center: Center }) {
  const act = useAct();
  const lent = row.lent;
  return (
    <>
      <Menu.Divider />
      {lent !== null && <Menu.Item onClick={() => void act({ type: "recall_agent", agent: row.agent })}>Call back from {lent.queue_name}</Menu.Item>}
      {lent !== null && lent.by_name === "" && (
        <Menu.Item onClick={() => void act({ type: "keep_lent", agent: row.agent, kept: !lent.kept })}>
          {lent.kept ? "Let the rule call back" : `Keep in ${lent.queue_name}`}
        </Menu.Item>
      )}
      <Menu.Sub>
        <Menu.Sub.Target>
          <Menu.Sub.Item>Lend to</Menu.Sub.Item>
        </Menu.Sub.Target>
        <Menu.Sub.Dropdown className="long-menu">
          {center.queues
            .filter((one) => one.id !== lent?.queue)
            .map((one) => (
              <Menu.Item key={one.id} onClick={() => void act({ type: "lend_agent", agent: row.agent, to: one.id, only: false })}>
                {one.name}
              </Menu.Item>
            ))}
        </Menu.Sub.Dropdown>
      </Menu.Sub>
    </>
  );
}

function CloseItem({ wrapUp }: { wrapUp: WrapUpShown }) {
  const act = useAct();
  const now = useNow();
  return (
    <Menu.Item rightSection={<span className="menu-word tabular">{duration(now - wrapUp.since_ms)}</span>} onClick={() => void act({ type: "close_wrap_up", handling: wrapUp.handling })}>
      Close wrap-up: {MEDIUM[wrapUp.medium].toLowerCase()}
    </Menu.Item>
  );
}
