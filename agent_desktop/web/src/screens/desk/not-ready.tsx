/** Why no new work comes to an agent who is not ready, in words, and the way back. */

import { Button } from "@mantine/core";
import { Key } from "../../parts/small";
import { PHONE_FAILED, PhoneFault } from "../phone-fault";
import { usePhone } from "../../phone/controls";
import { useGetReady } from "../../phone/readiness";
import type { Center, Me } from "../../protocol.gen";
import { readyWords, setBy } from "../../words";

export interface Because {
  readonly title: string;
  readonly words: string;
}

const OVERRUN = "This is longer than the reason allows. Nothing is offered until you are ready again.";

export function notReadyBecause(me: Me, center: Center): Because {
  if (me.presence === "signed_out") {
    return { title: `Hello, ${me.name.split(" ")[0] ?? me.name}.`, words: "Get ready to take work. From then on it comes to you by itself, one thing at a time." };
  }
  const reason = center.reasons.find((one) => one.id === me.reason)?.name;
  switch (me.by) {
    case "missed_offers":
      return { title: "You missed an offer.", words: "Nothing more is offered until you say that you are back. The customer has kept their place." };
    case "phone_problem":
      return { title: "Your phone did not work.", words: "Nothing more is offered until you have looked at it and are ready again." };
    case "supervisor":
      return {
        title: `${setBy(me.forced_by_name)}: ${reason ?? "not ready"}.`,
        words: me.overrun_since_ms === null ? "Nothing is offered until you are ready again." : OVERRUN,
      };
    case "agent":
      return { title: reason === undefined ? "You are not ready." : `You are not ready: ${reason}.`, words: me.overrun_since_ms === null ? "Nothing is offered until you are." : OVERRUN };
  }
}

/** Above the work in hand, where somebody waits in vain for more of it. */
export function NotReadyNotice({ me, center }: { me: Me; center: Center }) {
  const ready = useGetReady();
  const { fault } = usePhone();
  if (!me.is_agent || me.presence === "ready") return null;
  const because = fault === null ? notReadyBecause(me, center) : PHONE_FAILED;
  return (
    <section className="not-ready" aria-label="No new work comes">
      <p>
        <b>{me.presence === "signed_out" ? "You have not started." : because.title}</b> {me.presence === "signed_out" ? "Nothing new is offered until you get ready." : because.words}
      </p>
      <PhoneFault />
      <Button
        fullWidth
        color="green"
        rightSection={<Key>Alt+R</Key>}
        onClick={() => void ready()}
      >
        {readyWords(me)}
      </Button>
    </section>
  );
}
