/** The wallboard inside the signed-in page. */

import { Tooltip, UnstyledButton } from "@mantine/core";
import { usePart, useShared } from "../../app-context";
import { useNow } from "../../clock";
import { secondOfDay, timeOfDay } from "../../format";
import { FullScreenIcon } from "../../parts/icons";
import { WALLBOARD_VIEW } from "../../protocol.gen";
import { Board } from "./board";
import { EmergencyButton } from "./emergency";

export function BoardScreen() {
  const center = usePart(WALLBOARD_VIEW, "center", "board_center");
  const { user } = useShared();
  const may = user.role === "supervisor" || user.role === "administrator";
  const now = useNow();
  return (
    <main className="board-page">
      <header className="board-head">
        <h1>Wallboard</h1>
        {center !== undefined && (
          <p className="muted">
            Today since {timeOfDay(center.day_began_ms, center.zone)} · <span className="tabular">{secondOfDay(now, center.zone)}</span> {center.zone}
          </p>
        )}
        <span className="top-gap" />
        {may && center !== undefined && <EmergencyButton zone={center.zone} />}
        <Tooltip label="Open for a big screen">
          <UnstyledButton component="a" href="/wallboard" target="_blank" className="top-button" aria-label="Open the wallboard for a big screen">
            <FullScreenIcon size={18} />
          </UnstyledButton>
        </Tooltip>
      </header>
      <Board big={false} />
    </main>
  );
}
