/** The board for a screen on the wall: dark, large, awake, full screen at a press, shifted a little against burn-in. */

import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { useLink, usePart, useShared, useView, useViewRefusal } from "../../app-context";
import { useNow } from "../../clock";
import { secondOfDay } from "../../format";
import { FullScreenIcon } from "../../parts/icons";
import { RehearsalMark } from "../../parts/small";
import { WALLBOARD_VIEW } from "../../protocol.gen";
import { Board } from "./board";

const SHIFT_PX = 6;

/** Keeps the screen on, where the browser can; asked again whenever the page is looked at again. */
function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    const ask = () => {
      if (document.hidden || !("wakeLock" in navigator)) return;
      navigator.wakeLock.request("screen").then(
        (got) => {
          lock = got;
        },
        () => undefined, // refused, for instance on battery: the screen then follows the machine's settings
      );
    };
    ask();
    document.addEventListener("visibilitychange", ask);
    return () => {
      document.removeEventListener("visibilitychange", ask);
      void lock?.release();
    };
  }, []);
}

export function WallScreen() {
  useView(WALLBOARD_VIEW);
  const center = usePart(WALLBOARD_VIEW, "center", "board_center");
  const refusal = useViewRefusal(WALLBOARD_VIEW);
  const { leave } = useShared();
  const link = useLink();
  const now = useNow();
  const [full, setFull] = useState(document.fullscreenElement !== null);
  useAwake();
  useEffect(() => {
    const look = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  useEffect(() => {
    document.documentElement.dataset.wall = "true";
    document.title = "Wallboard";
    return () => {
      delete document.documentElement.dataset.wall;
    };
  }, []);
  if (refusal !== undefined) {
    return (
      <main className="blank">
        <p role="alert">{refusal}</p>
        <Button variant="default" onClick={leave}>
          Sign in as somebody else
        </Button>
      </main>
    );
  }
  const minute = Math.floor(now / 60_000) % 4;
  const shift = `translate(${minute === 1 || minute === 2 ? SHIFT_PX : 0}px, ${minute >= 2 ? SHIFT_PX : 0}px)`;
  return (
    <main className="wall" style={{ transform: shift }} data-full={full}>
      <header className="wall-head">
        <h1>{center?.name ?? ""}</h1>
        {center?.rehearsal && <RehearsalMark />}
        <span className="top-gap" />
        {link !== "live" && <span className="light" data-state={link}>{link === "offline" ? "Offline" : "Reconnecting"}</span>}
        {center !== undefined && (
          <span className="wall-clock tabular">
            {secondOfDay(now, center.zone)} <span className="muted">{center.zone}</span>
          </span>
        )}
        {!full && (
          <button type="button" className="top-button" aria-label="Full screen" onClick={() => void document.documentElement.requestFullscreen().catch(() => undefined)}>
            <FullScreenIcon size={20} />
          </button>
        )}
      </header>
      <Board big />
    </main>
  );
}
