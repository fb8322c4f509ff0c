/** What the last look at the phone found wrong, and how to mend it. */

import { WarningIcon } from "../parts/icons";
import { usePhone } from "../phone/controls";
import { faultWords } from "../phone/readiness";
import type { Because } from "./desk/not-ready";

/** Instead of why one is not ready, while the phone is what keeps them from it. */
export const PHONE_FAILED: Because = { title: "Your phone does not work.", words: "Nothing is offered until it does and you are ready again." };

export function PhoneFault() {
  const { fault } = usePhone();
  if (fault === null) return null;
  return (
    <p className="phone-fault" role="status">
      <WarningIcon size={16} /> <span>{faultWords(fault)}</span>
    </p>
  );
}
