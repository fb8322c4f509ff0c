/** What keeps waiting work away from an agent who is ready: one line of the server's. */

import { useDeskParts } from "../../app-context";

/** There while something is kept away, nothing otherwise. */
export function KeptAway() {
  const [kept] = useDeskParts("work_kept_away");
  return kept === undefined ? null : <KeptAwayLine line={kept.line} />;
}

export function KeptAwayLine({ line }: { line: string }) {
  return <p className="kept-away">{line}.</p>;
}
