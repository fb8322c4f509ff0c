/** The board's agents: how many are in which state, and, off the wall, who they are and what a supervisor can do. */

import { memo } from "react";
import { MediumBadge, Since } from "../../parts/small";
import type { AgentRow, AgentsByState, Center } from "../../protocol.gen";
import { ACTIVITY, MEDIUM, afterThis, lentWords, setBy } from "../../words";
import { Overrun } from "../presence-menu";
import { AgentMenu } from "./agent-menu";

const STATES = ["ready", "offered", "talking", "wrap_up", "not_ready", "signed_out"] as const;

interface Props {
  readonly states: AgentsByState | undefined;
  readonly agents: readonly AgentRow[];
  readonly big: boolean;
  readonly zone: string;
  /** Of the definition; none for who may look on only. */
  readonly steering: Center | undefined;
}

/** On a wall only how many are in which state: a board that names people in public blames them. */
export function Agents({ states, agents, big, zone, steering }: Props) {
  const rank = (row: AgentRow) => STATES.indexOf(row.activity);
  const shown = [...agents].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return (
    <section className="board-section" aria-label="Agents">
      <h2>
        Agents
        {states !== undefined && (
          <span className="state-counts">
            {STATES.map((state) => (
              <span key={state} data-activity={state} data-zero={states[state] === 0}>
                <span className="activity-dot" /> {ACTIVITY[state]} <b className="tabular">{states[state]}</b>
              </span>
            ))}
          </span>
        )}
      </h2>
      {!big && (
        <ul className="agent-grid">
          {shown.map((row) => (
            <AgentCard key={row.key} row={row} zone={zone} steering={steering} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** Somebody who is not ready may still have work in hand; then both are said. */
function activityWords(row: AgentRow): string {
  if (row.presence !== "not_ready" || row.reason_name === "") return ACTIVITY[row.activity];
  return row.activity === "not_ready" ? row.reason_name : `${ACTIVITY[row.activity]} · ${row.reason_name}`;
}

const AgentCard = memo(function AgentCard({ row, zone, steering }: { row: AgentRow; zone: string; steering: Center | undefined }) {
  const planned = afterThis(row.planned, row.planned_reason_name);
  const lent = row.lent === null ? "" : lentWords(row.lent, zone);
  const more = [planned, row.forced_by_name === "" ? "" : setBy(row.forced_by_name), lent].filter(Boolean);
  return (
    <li data-activity={row.activity} data-over={row.overrun_since_ms !== null}>
      <span className="activity-dot" />
      <span className="agent-name">{row.name}</span>
      <span className="agent-since">
        {row.activity !== "signed_out" && <Since ms={row.since_ms} />}
        {steering !== undefined && <AgentMenu row={row} center={steering} />}
      </span>
      <span className="agent-word">
        {activityWords(row)}
        {row.overrun_since_ms !== null && <Overrun sinceMs={row.overrun_since_ms} />}
        {row.carries.map((medium, index) => (
          <span key={`${medium}${index}`} title={MEDIUM[medium]}>
            <MediumBadge medium={medium} size={13} />
          </span>
        ))}
      </span>
      {more.length > 0 && <span className="agent-more">{more.join(" · ")}</span>}
      {row.presence !== "signed_out" && !row.desktop_connected && <span className="agent-flag">no desktop</span>}
    </li>
  );
});
