/** The board itself, for the page and the big screen alike: figures to act on, queues, agents. */

import { Tooltip } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useParts, usePart, useShared, useView } from "../../app-context";
import { useNow } from "../../clock";
import { duration, instant, timeOfDay } from "../../format";
import { WarningIcon } from "../../parts/icons";
import { MediumBadge } from "../../parts/small";
import { Troubles } from "../../parts/troubles";
import { type AgentsByState, type Center, DESK_VIEW, type FigureMeaning, type QueueFigures, WALLBOARD_VIEW } from "../../protocol.gen";
import { MEDIA, MEDIUM_ORDER, waitWords } from "../../words";
import { QueueDialog } from "../queue/queue-dialog";
import { Agents } from "./agents";
import { EmergencyBanner } from "./emergency";
import { type Grade, GRADE_WORDS, gradeOfLevel, gradeOfLongest, gradeOfReady, percent, targetWords } from "./figures";

/** A heartbeat comes every 5 s; a little more than that without one and the figures may be old. */
const STALE_MS = 5_400;
const GREY_MS = 15_000;

export function Board({ big }: { big: boolean }) {
  const view = useView(WALLBOARD_VIEW);
  const figures = useParts(WALLBOARD_VIEW, "queue_figures");
  const states = usePart(WALLBOARD_VIEW, "agents", "agents_by_state");
  const agents = useParts(WALLBOARD_VIEW, "agent_row");
  const troubles = useParts(WALLBOARD_VIEW, "channel_down");
  const silence = useSilence();
  const zone = usePart(WALLBOARD_VIEW, "center", "board_center")?.zone ?? "UTC";
  const steering = useSteering(big);
  if (view === undefined) return <div className="board" aria-busy="true" />;
  const queues = MEDIUM_ORDER.flatMap((medium) => figures.filter((one) => one.queue !== null && one.medium === medium));
  const totals = MEDIUM_ORDER.flatMap((medium) => figures.filter((one) => one.queue === null && one.medium === medium));
  return (
    <div className="board" data-big={big} data-grey={silence > GREY_MS}>
      {silence > STALE_MS && (
        <p className="stale" role="alert">
          <WarningIcon size={18} /> Nothing heard from the contact center for {duration(silence)}. These figures may be old.
        </p>
      )}
      <EmergencyBanner zone={zone} />
      <Troubles troubles={troubles} />
      <Totals totals={totals} queues={queues} states={states} />
      <QueueTable queues={queues} steering={steering} zone={zone} />
      <Agents states={states} agents={agents} big={big} zone={zone} steering={steering} />
    </div>
  );
}

/** The names that steering needs, for those who may steer; never on a wall. */
function useSteering(big: boolean): Center | undefined {
  const { user } = useShared();
  const center = usePart(DESK_VIEW, "center", "center");
  return !big && (user.role === "supervisor" || user.role === "administrator") ? center : undefined;
}

function useSilence(): number {
  const { connection } = useShared();
  useNow();
  return connection.silenceMs();
}

function useMeaning(figure: string): FigureMeaning | undefined {
  return usePart(WALLBOARD_VIEW, `meaning/${figure}`, "figure_meaning");
}

/** A figure's name with what it counts, in the words of its definition. */
function Meant({ figure, children }: { figure: string; children: ReactNode }) {
  const meaning = useMeaning(figure);
  if (meaning === undefined) return <>{children}</>;
  return (
    <Tooltip
      multiline
      maw={340}
      label={
        <span className="meaning">
          <b>{meaning.name}</b>
          <span>{meaning.words}</span>
          {meaning.denominator !== "" && (
            <span>
              {meaning.numerator} / {meaning.denominator}
            </span>
          )}
        </span>
      }
    >
      <span className="meant" tabIndex={0}>
        {children}
      </span>
    </Tooltip>
  );
}

function Tile({ label, grade, children, foot }: { label: ReactNode; grade: Grade; children: ReactNode; foot: ReactNode }) {
  return (
    <div className="tile" data-grade={grade}>
      <span className="tile-label">{label}</span>
      <span className="tile-figure tabular">{children}</span>
      <span className="tile-foot">
        {foot}
        {(grade === "attention" || grade === "action") && (
          <span className="grade-word">
            <WarningIcon size={14} /> {GRADE_WORDS[grade]}
          </span>
        )}
      </span>
    </div>
  );
}

const GRADE_RANK: Record<Grade, number> = { none: 0, good: 1, attention: 2, action: 3 };

function worst(grades: readonly Grade[]): Grade {
  return grades.reduce<Grade>((a, b) => (GRADE_RANK[b] > GRADE_RANK[a] ? b : a), "none");
}

function Totals({ totals, queues, states }: { totals: readonly QueueFigures[]; queues: readonly QueueFigures[]; states: AgentsByState | undefined }) {
  const now = useNow();
  const waiting = totals.reduce((sum, one) => sum + one.waiting, 0);
  const live = totals.filter((one) => one.medium === "voice" || one.medium === "chat");
  const levels = totals.filter((one) => one.level_percent !== null || live.includes(one));
  const longest = [...totals].filter((one) => one.longest_waiting_since_ms !== null).sort((a, b) => (a.longest_waiting_since_ms ?? 0) - (b.longest_waiting_since_ms ?? 0));
  const liveLongest = longest.find((one) => live.includes(one)) ?? longest[0];
  const graded = queues.map((one) => gradeOfLongest(one, now));
  const ready = states?.ready ?? 0;
  // Somebody who is being offered work is about to take it.
  const free = ready + (states?.offered ?? 0);
  const liveWaiting = live.reduce((sum, one) => sum + one.waiting, 0);
  return (
    <section className="tiles" aria-label="Now">
      <Tile
        label={<Meant figure="waiting">Waiting</Meant>}
        grade={worst([gradeOfReady(free, liveWaiting)])}
        foot={totals.map((one) => (
          <span key={one.key} className="foot-medium">
            <MediumBadge medium={one.medium} size={14} /> {one.waiting}
          </span>
        ))}
      >
        {waiting}
      </Tile>
      <Tile
        label={<Meant figure="longest_wait">Longest wait</Meant>}
        grade={worst(graded)}
        foot={liveLongest === undefined ? "nobody waits" : MEDIA[liveLongest.medium]}
      >
        {liveLongest?.longest_waiting_since_ms == null ? "–" : duration(now - liveLongest.longest_waiting_since_ms)}
      </Tile>
      {levels.slice(0, 2).map((one) => (
        <Tile
          key={one.key}
          label={<Meant figure="service_level">Service level, {MEDIA[one.medium].toLowerCase()}</Meant>}
          grade={gradeOfLevel(one)}
          foot={one.level_of === 0 ? `none yet · target ${targetWords(one, queues)}` : `target ${targetWords(one, queues)} · ${one.level_met}\u00a0of\u00a0${one.level_of}`}
        >
          {percent(one.level_percent)}
        </Tile>
      ))}
      <Tile label={<Meant figure="agents">Ready</Meant>} grade={gradeOfReady(free, liveWaiting)} foot={states === undefined ? "" : othersWords(states)}>
        {ready}
      </Tile>
      <AbandonedTile totals={live.length > 0 ? live : totals} />
    </section>
  );
}

function othersWords(states: AgentsByState): string {
  const others = [
    [states.offered, "offered"],
    [states.talking, "working"],
    [states.wrap_up, "in wrap-up"],
    [states.not_ready, "not ready"],
  ] as const;
  const there = others.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return there.length === 0 ? "nobody else is here" : there.join(" · ");
}

function AbandonedTile({ totals }: { totals: readonly QueueFigures[] }) {
  const abandoned = totals.reduce((sum, one) => sum + one.abandoned, 0);
  const short = totals.reduce((sum, one) => sum + one.short_abandoned, 0);
  const out = totals.reduce((sum, one) => sum + one.flowed_out, 0);
  const foot = [short > 0 ? `and ${short} who left at once` : "", out > 0 ? `${out} sent or served outside` : ""].filter(Boolean);
  return (
    <Tile label={<Meant figure="abandoned">Abandoned today</Meant>} grade="none" foot={foot.join(" · ") || "people who gave up waiting"}>
      {abandoned}
    </Tile>
  );
}

function QueueTable({ queues, steering, zone }: { queues: readonly QueueFigures[]; steering: Center | undefined; zone: string }) {
  const now = useNow();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <section className="board-section" aria-label="Queues">
      <h2>Queues</h2>
      <div className="table-scroll">
        <table className="board-table">
          <thead>
            <tr>
              <th scope="col">Queue</th>
              <th scope="col">
                <Meant figure="waiting">Waiting</Meant>
              </th>
              <th scope="col">
                <Meant figure="longest_wait">Longest</Meant>
              </th>
              <th scope="col">
                <Tooltip multiline maw={340} label="How long somebody who comes now will wait: half of all no longer than the first, nine of ten no longer than the second. Unknown until it has proved right often enough.">
                  <span className="meant" tabIndex={0}>
                    Expected
                  </span>
                </Tooltip>
              </th>
              <th scope="col">
                <Meant figure="service_level">Service level</Meant>
              </th>
              <th scope="col">Target</th>
              <th scope="col">
                <Meant figure="offered">Offered</Meant>
              </th>
              <th scope="col">
                <Meant figure="answered">Answered</Meant>
              </th>
              <th scope="col">
                <Meant figure="abandoned">Abandoned</Meant>
              </th>
            </tr>
          </thead>
          <tbody>
            {queues.map((one) => (
              <tr key={one.key}>
                <th scope="row">
                  <MediumBadge medium={one.medium} size={16} />{" "}
                  {steering === undefined ? (
                    one.name
                  ) : (
                    <button type="button" className="queue-open" title="See what waits" onClick={() => setOpen(one.queue)}>
                      {one.name}
                    </button>
                  )}
                  <Hours figures={one} zone={zone} />
                </th>
                <td className="strong">{one.waiting}</td>
                <Graded grade={gradeOfLongest(one, now)}>{one.longest_waiting_since_ms === null ? "–" : duration(now - one.longest_waiting_since_ms)}</Graded>
                <td className="muted">{waitWords(one)}</td>
                <Graded grade={gradeOfLevel(one)}>
                  <span className="level">
                    <span className="level-bar">
                      <span style={{ width: `${Math.min(100, one.level_percent ?? 0)}%` }} />
                    </span>
                    <span className="level-figure">{percent(one.level_percent)}</span>
                  </span>
                </Graded>
                <td className="muted">{targetWords(one)}</td>
                <td>{one.offered}</td>
                <td>{one.answered}</td>
                <td>{one.abandoned}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {steering !== undefined && <QueueDialog queue={open} center={steering} steers onClose={() => setOpen(null)} />}
    </section>
  );
}

/** How a queue stands by its hours, where that is not simply open. */
function Hours({ figures, zone }: { figures: QueueFigures; zone: string }) {
  const now = useNow();
  const { opening, opening_until_ms: until } = figures;
  if (opening === "open") return null;
  const soon = until !== null && until - now < 20 * 3_600_000;
  const words = opening === "closing" ? "closing" : until === null ? "closed" : soon ? `closed until ${timeOfDay(until, zone)}` : "closed";
  return (
    <span className="queue-hours" data-opening={opening} title={until === null ? undefined : instant(until, zone)}>
      {words}
    </span>
  );
}

function Graded({ grade, children }: { grade: Grade; children: ReactNode }) {
  return (
    <td data-grade={grade}>
      {children}
      <span className="grade-mark">
        {(grade === "attention" || grade === "action") && (
          <>
            <WarningIcon size={13} />
            <span className="sr-only">{GRADE_WORDS[grade]}</span>
          </>
        )}
      </span>
    </td>
  );
}
