/** What the last look at the phone found wrong, and how to mend it. */

import { WarningIcon } from "../parts/icons";
import { usePhone } from "../phone/controls";
import { faultWords } from "../phone/readiness";

export function PhoneFault() {
  const { fault } = usePhone();
  if (fault === null) return null;
  return (
    <p className="phone-fault" role="status">
      <WarningIcon size={16} /> <span>{faultWords(fault)}</span>
    </p>
  );
}
