/** Making a task by hand: what, for which queue, by when, for the customer who is open. */

import { Button, Modal, Select, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import { useDeskParts } from "../../app-context";
import { serverClock } from "../../clock";
import { KEYS } from "../../keys";
import type { Center } from "../../protocol.gen";
import { freshId, tabKeep } from "../../tab";
import { tell, useAct } from "../../use-act";

interface Props {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly center: Center;
}

const DUE = [
  { value: "none", label: "No due time", ms: null },
  { value: "1h", label: "Within an hour", ms: 3_600_000 },
  { value: "4h", label: "Within 4 hours", ms: 4 * 3_600_000 },
  { value: "24h", label: "Within 24 hours", ms: 24 * 3_600_000 },
  { value: "72h", label: "Within 3 days", ms: 72 * 3_600_000 },
];

export function TaskDialog({ opened, onClose, center }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Make a task" size="md">
      <TaskForm center={center} onClose={onClose} />
    </Modal>
  );
}

function TaskForm({ center, onClose }: { center: Center; onClose: () => void }) {
  const act = useAct();
  const work = useDeskParts("work_item");
  const queues = center.queues.filter((queue) => queue.medium === "task").map((queue) => ({ value: queue.id, label: queue.name }));
  const [queue, setQueue] = useState<string | null>(queues[0]?.value ?? null);
  const [due, setDue] = useState("24h");
  const open = work.find((one) => one.conversation === tabKeep.getItem("selected") && one.customer !== null);
  const [forCustomer, setForCustomer] = useState(open === undefined ? "nobody" : "customer");
  const [busy, setBusy] = useState(false);
  const [clientMessage] = useState(freshId);
  const form = useRef<HTMLFormElement>(null);
  if (queues.length === 0) return <p>This center has no queue for tasks.</p>;

  const make = async (event?: FormEvent) => {
    event?.preventDefault();
    if (form.current === null || queue === null || busy || !form.current.reportValidity()) return;
    const data = new FormData(form.current);
    const details = String(data.get("details")).trim();
    const dueIn = DUE.find((one) => one.value === due)?.ms ?? null;
    setBusy(true);
    const outcome = await act({
      type: "create_task",
      client_message: clientMessage,
      queue,
      title: String(data.get("title")).trim(),
      fields: details === "" ? {} : { Details: details },
      customer: forCustomer === "customer" ? (open?.customer ?? null) : null,
      due_ms: dueIn === null ? null : Math.round(serverClock.now()) + dueIn,
    });
    setBusy(false);
    if (outcome.type === "refused") return;
    tell("The task is in its queue.");
    onClose();
  };

  return (
    <form
      ref={form}
      className="task-form"
      onSubmit={(event) => void make(event)}
      onKeyDown={(event) => {
        if (KEYS.done.matches(event.nativeEvent)) void make();
      }}
    >
      <TextInput name="title" label="What is to be done" required maxLength={200} data-autofocus />
      <Textarea name="details" label="Details" autosize minRows={3} maxRows={8} maxLength={4_000} />
      <div className="task-form-row">
        <Select label="Queue" data={queues} value={queue} onChange={setQueue} allowDeselect={false} />
        <Select label="Due" data={DUE.map(({ value, label }) => ({ value, label }))} value={due} onChange={(value) => setDue(value ?? "none")} allowDeselect={false} />
      </div>
      {open !== undefined && (
        <Select
          label="For"
          data={[
            { value: "customer", label: open.who },
            { value: "nobody", label: "No customer" },
          ]}
          value={forCustomer}
          onChange={(value) => setForCustomer(value ?? "nobody")}
          allowDeselect={false}
        />
      )}
      <div className="task-form-buttons">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={busy}>
          Make task
        </Button>
      </div>
    </form>
  );
}
