/** The keys of a call in hand, and who else is in it. What the switch has not confirmed yet cannot be changed again. */

import { Button, Tooltip, UnstyledButton } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { usePart } from "../../app-context";
import { askedOf, callTrouble, customerWords, firstName, isHeld, partyWords } from "../../call-words";
import { useKeys } from "../../keys";
import { CrossIcon, HangUpIcon, HoldIcon, JoinIcon, KeypadIcon, MicIcon, MuteIcon, ResumeIcon, SwapIcon, TransferIcon, WarningIcon } from "../../parts/icons";
import { Key, Since } from "../../parts/small";
import { usePhone } from "../../phone/controls";
import { type CallAct, type CallShown, type ConsultCard, DESK_VIEW, type PartyShown, type WorkItem } from "../../protocol.gen";
import { useAct } from "../../use-act";
import { Keypad } from "./keypad";
import { QualityMeter } from "./quality-meter";
import { type Choosing, TransferDialog } from "./transfer-dialog";

/** Where the parties of this call stand; undefined while it is simply talked. */
export function useCall(handling: string | undefined): CallShown | undefined {
  return usePart(DESK_VIEW, `call/${handling ?? ""}`, "call_shown");
}

interface Steering {
  readonly busy: boolean;
  steer(act: CallAct): void;
  drop(leg: string): void;
}

/** A change is under way from the press until the switch has said that all stand so. */
function useSteering(work: WorkItem, call: CallShown | undefined): Steering {
  const act = useAct();
  const [asking, setAsking] = useState(false);
  const busy = asking || call?.settled === false;
  const ask = async (body: Parameters<typeof act>[0]) => {
    if (busy) return;
    setAsking(true);
    await act(body);
    setAsking(false);
  };
  return {
    busy,
    steer: (what) => void ask({ type: "steer_call", handling: work.handling, act: what }),
    drop: (leg) => void ask({ type: "drop_party", handling: work.handling, leg }),
  };
}

interface BarProps {
  readonly work: WorkItem;
  readonly call: CallShown | undefined;
}

export function CallBar({ work, call }: BarProps) {
  const phone = usePhone();
  const steering = useSteering(work, call);
  const asked = askedOf(call);
  const answered = asked?.state === "connected";
  const held = isHeld(call);
  const holds = () => {
    if (asked === undefined) steering.steer(held ? "resume" : "hold");
    else if (answered) steering.steer("swap");
  };
  const [keypad, setKeypad] = useState(false);
  const [choosing, setChoosing] = useState<Choosing | null>(null);
  // One is asked at a time; while the phone is lost there is nobody to hand anything over.
  const free = asked === undefined && call?.doing !== "reconnecting";
  useKeys({
    hangUp: () => phone.hangUp(work),
    hold: holds,
    ...(phone.canDial ? { keypad: () => setKeypad(!keypad) } : {}),
    ...(free ? { transfer: () => setChoosing("transfer"), join: () => setChoosing("join") } : {}),
    ...(answered ? { join: () => steering.steer("join") } : {}),
  });
  return (
    <>
      <div className="call-keys" role="toolbar" aria-label="Call">
        <MuteKey />
        {free && (
          <PhoneKey label={held ? "Take back" : "Hold"} shown="Alt+H" icon={held ? <ResumeIcon size={20} /> : <HoldIcon size={20} />} pressed={held} disabled={steering.busy} onPress={holds} />
        )}
        {free && <PhoneKey label="Transfer" shown="Alt+T" icon={<TransferIcon size={20} />} disabled={steering.busy} onPress={() => setChoosing("transfer")} />}
        {free && <PhoneKey label="Conference" shown="Alt+C" icon={<JoinIcon size={20} />} disabled={steering.busy} onPress={() => setChoosing("join")} />}
        {phone.kind === "softphone" && phone.here && (
          <PhoneKey label="Keypad" shown="Alt+P" icon={<KeypadIcon size={20} />} expanded={keypad && phone.canDial} disabled={!phone.canDial} onPress={() => setKeypad(!keypad)} />
        )}
        <span className="call-gap call-where">{whereItIs(phone)}</span>
        <PhoneKey label="Hang up" shown="Alt+Shift+X" icon={<HangUpIcon size={20} />} danger onPress={() => phone.hangUp(work)} />
      </div>
      {keypad && phone.canDial && <Keypad onClose={() => setKeypad(false)} />}
      <QualityMeter apart={held || call?.doing === "reconnecting" || asked?.state === "ringing"} />
      <Trouble words={callTrouble(call, work.who)} />
      {call !== undefined && (call.parties.length > 0 || call.customer !== "talk") && <Parties call={call} work={work} steering={steering} />}
      {asked !== undefined && <ConsultKeys asked={asked} customer={work.who} steering={steering} />}
      <TransferDialog work={work} choosing={free ? choosing : null} onClose={() => setChoosing(null)} />
    </>
  );
}

/** The keys of whoever is asked: they speak and leave; what becomes of the customer is the owner's. */
export function AskedBar({ card }: { card: ConsultCard }) {
  const phone = usePhone();
  useKeys({ hangUp: phone.leaveCall });
  return (
    <div className="call-keys" role="toolbar" aria-label="Call">
      <MuteKey />
      <span className="call-gap call-where">{whereItIs(phone) || `${firstName(card.from_name || "Your colleague")} decides where ${firstName(card.who)} goes.`}</span>
      {phone.kind !== "desk" && <PhoneKey label="Leave" shown="Alt+Shift+X" icon={<HangUpIcon size={20} />} danger onPress={phone.leaveCall} />}
      <QualityMeter apart={false} />
    </div>
  );
}

function MuteKey() {
  const phone = usePhone();
  if (phone.kind !== "softphone" || !phone.here) return null;
  const { muted } = phone.soft;
  return <PhoneKey label={muted ? "Unmute" : "Mute"} shown="Alt+M" icon={muted ? <MuteIcon size={20} /> : <MicIcon size={20} />} pressed={muted} disabled={!phone.canMute} onPress={phone.toggleMute} />;
}

function whereItIs(phone: ReturnType<typeof usePhone>): string {
  if (phone.kind === "desk") return "You talk on your desk phone.";
  if (phone.kind === "rehearsal") return "A rehearsal call: nobody is really on the line.";
  return phone.kind === "softphone" && !phone.here ? "You talk in another tab." : "";
}

interface PhoneKeyProps {
  readonly label: string;
  readonly shown: string;
  readonly icon: ReactNode;
  readonly onPress: () => void;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
  readonly danger?: boolean;
}

/** A key of the telephone: a drawing with its word below, and its key on the keyboard in the tooltip. */
export function PhoneKey({ label, shown, icon, onPress, pressed = false, expanded, disabled = false, danger = false }: PhoneKeyProps) {
  return (
    <Tooltip label={<>{label} <Key>{shown}</Key></>}>
      <UnstyledButton className="phone-key" data-on={pressed} data-danger={danger} aria-keyshortcuts={shown} disabled={disabled} onClick={onPress} {...(expanded === undefined ? {} : { "aria-expanded": expanded })}>
        {icon}
        <span>{label}</span>
      </UnstyledButton>
    </Tooltip>
  );
}

function Trouble({ words }: { words: string }) {
  return (
    <p className="call-trouble" role="status" data-empty={words === ""}>
      {words !== "" && (
        <>
          <WarningIcon size={15} /> {words}
        </>
      )}
    </p>
  );
}

function Parties({ call, work, steering }: { call: CallShown; work: WorkItem; steering: Steering }) {
  return (
    <ul className="parties" aria-label="In this call">
      <li data-at={call.customer}>
        <span className="party-dot" />
        <b>{work.who}</b>
        <span className="party-words">{customerWords(call)}</span>
      </li>
      {call.parties.map((party) => (
        <Party key={party.leg} party={party} call={call} steering={steering} />
      ))}
    </ul>
  );
}

function Party({ party, call, steering }: { party: PartyShown; call: CallShown; steering: Steering }) {
  return (
    <li data-at={party.state === "ringing" ? "ringing" : party.at}>
      <span className="party-dot" />
      <b>{party.name}</b>
      <span className="party-words">
        {partyWords(party, call)} <Since ms={party.since_ms} />
      </span>
      <Tooltip label={`Take ${firstName(party.name)} out of the call`}>
        <UnstyledButton className="party-end" aria-label={`End ${party.name}`} disabled={steering.busy} onClick={() => steering.drop(party.leg)}>
          <CrossIcon size={15} /> End
        </UnstyledButton>
      </Tooltip>
    </li>
  );
}

/** Somebody is asked: what may be done with them and the customer. */
function ConsultKeys({ asked, customer, steering }: { asked: PartyShown; customer: string; steering: Steering }) {
  const answered = asked.state === "connected";
  return (
    <div className="consult-keys" role="group" aria-label={`With ${asked.name}`}>
      <Button disabled={steering.busy} leftSection={<TransferIcon size={16} />} onClick={() => steering.steer("complete")}>
        Hand over {firstName(customer)}
      </Button>
      {answered && (
        <>
          <Tooltip label={<>Talk to the other one <Key>Alt+H</Key></>}>
            <Button variant="default" disabled={steering.busy} leftSection={<SwapIcon size={16} />} onClick={() => steering.steer("swap")}>
              Swap
            </Button>
          </Tooltip>
          <Tooltip label={<>All three talk <Key>Alt+C</Key></>}>
            <Button variant="default" disabled={steering.busy} leftSection={<JoinIcon size={16} />} onClick={() => steering.steer("join")}>
              Bring together
            </Button>
          </Tooltip>
        </>
      )}
      <Button variant="subtle" color="gray" disabled={steering.busy} onClick={() => steering.steer("end_consult")}>
        {answered ? "End consultation" : "Stop asking"}
      </Button>
    </div>
  );
}
