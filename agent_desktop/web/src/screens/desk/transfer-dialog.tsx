/** Whom to ask or to give the call to: search as you type, presence as it is, two things to do with each. */

import { Button, Modal, TextInput, Textarea } from "@mantine/core";
import { type KeyboardEvent, useId, useState } from "react";
import { useDraft, useParts, useShared, useView, useViewRefusal } from "../../app-context";
import { firstName } from "../../call-words";
import { KEYS } from "../../keys";
import { Key, Since } from "../../parts/small";
import { DIRECTORY_VIEW, NOTE_MAX, type WorkItem } from "../../protocol.gen";
import { tell, useAct } from "../../use-act";
import { asking, found, type Group, handingOver, type Target, targetsOf } from "./targets";

export type Choosing = "transfer" | "join";

interface Props {
  readonly work: WorkItem;
  readonly choosing: Choosing | null;
  readonly onClose: () => void;
}

export function TransferDialog({ work, choosing, onClose }: Props) {
  const title = choosing === "join" ? `Bring somebody into the call with ${work.who}` : `Transfer ${work.who}`;
  return (
    <Modal opened={choosing !== null} onClose={onClose} title={title} size={640} classNames={{ body: "transfer" }} closeButtonProps={{ "aria-label": "Close" }} transitionProps={{ duration: 0 }}>
      <Chooser work={work} onClose={onClose} />
    </Modal>
  );
}

const GROUPS: Record<Group, string> = { people: "Colleagues", queues: "Queues", outside: "Outside" };

function useTargets(): readonly Target[] | undefined {
  const { user } = useShared();
  const view = useView(DIRECTORY_VIEW);
  const colleagues = useParts(DIRECTORY_VIEW, "colleague_shown");
  const queues = useParts(DIRECTORY_VIEW, "queue_target");
  const destinations = useParts(DIRECTORY_VIEW, "destination_shown");
  return view === undefined ? undefined : targetsOf({ colleagues, queues, destinations }, user.user);
}

function Chooser({ work, onClose }: { work: WorkItem; onClose: () => void }) {
  const { drafts } = useShared();
  const act = useAct();
  const targets = useTargets();
  const refusal = useViewRefusal(DIRECTORY_VIEW);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const list = useId();
  const rows = found(targets ?? [], query);
  const active = rows.find((row) => row.key === at) ?? rows[0];

  const choose = async (target: Target, hands: boolean) => {
    const because = hands ? target.notHanded : target.notAsked;
    if (because !== null) return setSaid(`${target.name}: ${because}.`);
    if (busy) return;
    setBusy(true);
    drafts.flush(); // what was written goes before the call does
    const outcome = await act(hands ? handingOver(work.handling, target) : asking(work.handling, target));
    setBusy(false);
    if (outcome.type === "refused") return setSaid(outcome.sentence);
    if (hands) tell(`${work.who} goes to ${target.name}.`);
    onClose();
  };
  const walk = (step: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, rows.findIndex((row) => row === active) + step))];
    if (next === undefined) return;
    setAt(next.key);
    document.getElementById(`${list}${next.key}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const searching = event.target instanceof HTMLInputElement;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }[event.key];
    const sends = KEYS.done.matches(event.nativeEvent);
    if (!sends && !(searching && (step !== undefined || event.key === "Enter"))) return;
    event.preventDefault();
    if (step !== undefined) walk(step);
    else if (active !== undefined) void choose(active, sends);
  };

  return (
    <div onKeyDown={onKeyDown}>
      <TextInput
        data-autofocus
        autoFocus // at once: the next letter after the key is looked for
        label="Find a colleague, a queue or a place outside"
        placeholder="Name, or how they stand: ready, open …"
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setAt(null);
        }}
        autoComplete="off"
        aria-describedby={`${list}told`}
      />
      <div className="targets" aria-busy={targets === undefined}>
        {refusal !== undefined && <p className="targets-none">{refusal}</p>}
        {targets !== undefined && rows.length === 0 && <p className="targets-none">{query === "" ? "There is nobody else to give calls to." : `Nobody and nothing is called “${query}”.`}</p>}
        {(Object.keys(GROUPS) as Group[]).map((group) => (
          <Rows key={group} title={GROUPS[group]} rows={rows.filter((row) => row.group === group)} active={active} idOf={(row) => `${list}${row.key}`} busy={busy} onPoint={setAt} onChoose={(row, hands) => void choose(row, hands)} />
        ))}
      </div>
      <p id={`${list}told`} className="targets-told" role="status">
        {said !== "" ? said : active === undefined ? "" : <span className="sr-only">{`${active.name}, ${active.words}. ${rows.length} found.`}</span>}
      </p>
      <NextNote work={work} />
      <p className="targets-keys">
        <Key>↑ ↓</Key> choose <Key>Enter</Key> ask first <Key>Ctrl+Enter</Key> hand over <Key>Esc</Key> close
      </p>
    </div>
  );
}

/** The note of this handling: what stands in it travels with the call. */
function NextNote({ work }: { work: WorkItem }) {
  const [text, write] = useDraft(work.handling, "note");
  return (
    <Textarea
      classNames={{ root: "note-field", input: "note-input" }}
      label={`What the next one should know about ${firstName(work.who)}`}
      placeholder="They read it before they speak. It is your note of this call."
      value={text}
      maxLength={NOTE_MAX}
      autosize
      minRows={2}
      maxRows={5}
      onChange={(event) => write(event.currentTarget.value)}
    />
  );
}

interface RowsProps {
  readonly title: string;
  readonly rows: readonly Target[];
  readonly active: Target | undefined;
  readonly busy: boolean;
  readonly idOf: (row: Target) => string;
  readonly onPoint: (key: string) => void;
  readonly onChoose: (row: Target, hands: boolean) => void;
}

function Rows({ title, rows, active, busy, idOf, onPoint, onChoose }: RowsProps) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>
        {title} <span className="tabular">{rows.length}</span>
      </h3>
      <ul>
        {rows.map((row) => (
          <li key={row.key} id={idOf(row)} className="target" data-active={row.key === active?.key} onPointerDown={() => onPoint(row.key)}>
            <span className="target-dot" data-standing={row.standing} />
            <span className="target-text">
              <b>{row.name}</b>
              <span className="target-words">
                {row.words} {row.sinceMs !== null && <Since ms={row.sinceMs} />}
              </span>
            </span>
            <Choice words="Ask first" because={row.notAsked} row={row} active={row.key === active?.key} busy={busy} onPress={() => onChoose(row, false)} />
            <Choice words="Hand over" because={row.notHanded} row={row} active={row.key === active?.key} busy={busy} onPress={() => onChoose(row, true)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ChoiceProps {
  readonly words: string;
  readonly because: string | null;
  readonly row: Target;
  readonly active: boolean;
  readonly busy: boolean;
  readonly onPress: () => void;
}

/** Only the row that the arrows have chosen is walked through by Tab. */
function Choice({ words, because, row, active, busy, onPress }: ChoiceProps) {
  return (
    <Button
      size="xs"
      variant={words === "Ask first" ? "light" : "default"}
      className="target-choice"
      tabIndex={active ? 0 : -1}
      disabled={because !== null || busy}
      aria-label={because === null ? `${words}: ${row.name}` : `${words}: ${row.name}, not possible: ${because}`}
      onClick={onPress}
      {...(because === null ? {} : { title: `Not possible: ${because}` })}
    >
      {words}
    </Button>
  );
}
