/** What waits in one queue, the oldest first: to be steered by a supervisor, or taken by an agent whose queue it is. */

import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useParts, usePart, useView, useViewRefusal } from "../../app-context";
import { useNow } from "../../clock";
import { duration, durationWords, instant, timeOfDay } from "../../format";
import { MediumBadge, nameOf, Since } from "../../parts/small";
import { type Center, QUEUE_VIEW_PREFIX, type QueueHead, type WaitingRow } from "../../protocol.gen";
import { useAct } from "../../use-act";
import { MEDIUM, dueWords, priorityWords, waitWords } from "../../words";
import { SteerMenu } from "./steer-menu";
import { type Asked, WhyDialog } from "./why-dialog";

interface Props {
  /** None: closed. */
  readonly queue: string | null;
  readonly center: Center;
  /** An agent takes; whoever supervises steers. */
  readonly steers: boolean;
  readonly onClose: () => void;
}

export function QueueDialog({ queue, center, steers, onClose }: Props) {
  const name = center.queues.find((one) => one.id === queue)?.name ?? "";
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <>
      <Modal opened={queue !== null} onClose={onClose} title={`Waiting: ${name}`} size={steers ? 1080 : 820} closeButtonProps={{ "aria-label": "Close the queue" }} closeOnEscape={asked === null}>
        {queue !== null && <Line view={QUEUE_VIEW_PREFIX + queue} center={center} steers={steers} onClose={onClose} onWhy={setAsked} />}
      </Modal>
      {steers && <WhyDialog asked={asked} center={center} onClose={() => setAsked(null)} />}
    </>
  );
}

interface LineProps {
  readonly view: string;
  readonly center: Center;
  readonly steers: boolean;
  readonly onClose: () => void;
  readonly onWhy: (asked: Asked) => void;
}

function Line({ view, center, steers, onClose, onWhy }: LineProps) {
  const open = useView(view);
  const head = usePart(view, "head", "queue_head");
  const rows = useParts(view, "waiting_row");
  const refusal = useViewRefusal(view);
  if (refusal !== undefined) return <p role="alert">{refusal}</p>;
  if (open === undefined || head === undefined) return <p aria-busy="true">…</p>;
  const expected = <ExpectedWait head={head} />;
  if (rows.length === 0)
    return (
      <>
        {expected}
        <p className="muted">Nothing waits here.</p>
      </>
    );
  const line = [...rows].sort((a, b) => a.arrived_ms - b.arrived_ms || (a.key < b.key ? -1 : 1));
  return (
    <>
      {expected}
      <div className="table-scroll line-scroll" tabIndex={0} role="region" aria-label="What waits">
        <table className="board-table line-table">
          <thead>
            <tr>
              <th scope="col">{head.named ? "Who" : "What"}</th>
              <th scope="col">Waits</th>
              <th scope="col">Due</th>
              {steers && <th scope="col">Asks for</th>}
              <th scope="col">Priority</th>
              <th scope="col">
                <span className="sr-only">{steers ? "Steer" : "Take"}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {line.map((row) => (
              <Row key={row.key} row={row} center={center} steers={steers} onTaken={onClose} onWhy={onWhy} />
            ))}
          </tbody>
        </table>
      </div>
      {head.waiting > rows.length && (
        <p className="muted line-more">
          The oldest {rows.length} of {head.waiting}.
        </p>
      )}
    </>
  );
}

/** Of calls and chats: what somebody who comes now is told. */
function ExpectedWait({ head }: { head: QueueHead }) {
  const words = waitWords(head);
  if (words === "") return null;
  return (
    <p className="muted" title="For somebody who comes now: half wait no longer than the first, nine of ten no longer than the second.">
      Expected wait: {words}
    </p>
  );
}

interface RowProps {
  readonly row: WaitingRow;
  readonly center: Center;
  readonly steers: boolean;
  readonly onTaken: () => void;
  readonly onWhy: (asked: Asked) => void;
}

function Row({ row, center, steers, onTaken, onWhy }: RowProps) {
  const now = useNow();
  const called = (row.who === "" ? row.why : nameOf(row)) || MEDIUM[row.medium];
  return (
    <tr data-parked={row.parked_until_ms !== null}>
      <th scope="row">
        <span className="line-what">
          <MediumBadge medium={row.medium} size={15} />
          <span className="line-words">
            <span>{called}</span>
            {row.why !== "" && row.why !== called && <span className="line-why">{row.why}</span>}
            <Standing row={row} zone={center.zone} />
          </span>
        </span>
      </th>
      <td>
        <Since ms={row.arrived_ms} />
      </td>
      <td className="due" data-state={row.due_ms <= now ? "over" : "far"} title={instant(row.due_ms, center.zone)}>
        {dueWords(row.due_ms - now)}
      </td>
      {steers && (
        <td className="line-asks">
          <span title={row.requirement}>{row.requirement}</span>
          {row.step > 0 && <span className="muted">, step {row.step + 1}</span>}
          {row.next_step_ms !== null && <span className="muted">, widens in {duration(Math.max(0, row.next_step_ms - now))}</span>}
        </td>
      )}
      <td data-raised={row.priority !== 0}>{priorityWords(row.priority)}</td>
      <td className="line-act">{steers ? <SteerMenu row={row} called={called} center={center} onWhy={onWhy} /> : <Take row={row} called={called} onTaken={onTaken} />}</td>
    </tr>
  );
}

/** Where it is instead of simply waiting. */
function Standing({ row, zone }: { row: WaitingRow; zone: string }) {
  const now = useNow();
  if (row.offered_to !== null) return <span className="line-standing">offered to {row.offered_name}</span>;
  if (row.parked_until_ms === null) return null;
  return (
    <span className="line-standing" data-parked="true" title={instant(row.parked_until_ms, zone)}>
      parked until {row.parked_until_ms - now < 20 * 3_600_000 ? timeOfDay(row.parked_until_ms, zone) : `in ${durationWords(row.parked_until_ms - now)}`}
    </span>
  );
}

function Take({ row, called, onTaken }: { row: WaitingRow; called: string; onTaken: () => void }) {
  const act = useAct();
  const [busy, setBusy] = useState(false);
  const take = async () => {
    setBusy(true);
    const outcome = await act({ type: "pull_work", interaction: row.interaction });
    setBusy(false);
    if (outcome.type === "answer") onTaken();
  };
  return (
    <Button size="xs" variant="default" loading={busy} disabled={row.offered_to !== null} onClick={() => void take()} aria-label={`Take: ${called}`}>
      Take
    </Button>
  );
}
