/** The frame of a signed-in page: top bar, the desk or the board below it, and the keys that work everywhere. */

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useLink, usePart, useShared, useView } from "../app-context";
import { useKeys } from "../keys";
import { ErrorBoundary } from "../parts/error-boundary";
import { PhoneProvider } from "../phone/controls";
import { useGetReady, useStayReady } from "../phone/readiness";
import { type Center, DESK_VIEW, type Me } from "../protocol.gen";
import { unlockSound } from "../ringer";
import { DeskScreen } from "./desk/desk-screen";
import { KeysDialog } from "./keys-dialog";
import { TopBar } from "./top-bar";
import { BoardScreen } from "./wallboard/board-screen";

function useHash(): string {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("hashchange", listener);
      return () => window.removeEventListener("hashchange", listener);
    },
    () => window.location.hash,
  );
}

/** Gets ready where that was ticked at the sign-in, once, and looks at the phone as long as the agent is. */
function Readiness({ getReady, me, center }: { getReady: boolean; me: Me; center: Center }) {
  const ready = useGetReady();
  const asked = useRef(false);
  useStayReady(me, center);
  useEffect(() => {
    if (!getReady || asked.current || !me.is_agent) return;
    asked.current = true;
    if (me.presence !== "ready") void ready();
  }, [getReady, me, ready]);
  return null;
}

export function Shell({ getReady }: { getReady: boolean }) {
  const { user } = useShared();
  useView(DESK_VIEW);
  const center = usePart(DESK_VIEW, "center", "center");
  const me = usePart(DESK_VIEW, "me", "me");
  const link = useLink();
  const hash = useHash();
  const [helpOpen, setHelpOpen] = useState(false);
  useKeys({ help: () => setHelpOpen(true) });

  // Sound is unlocked by the first press also where the page was loaded with the session still alive.
  useEffect(() => {
    const unlock = () => unlockSound();
    window.addEventListener("pointerdown", unlock, { once: true });
    window.addEventListener("keydown", unlock, { once: true });
    return () => {
      window.removeEventListener("pointerdown", unlock);
      window.removeEventListener("keydown", unlock);
    };
  }, []);

  if (user.role === "integrator") {
    return (
      <main className="blank">
        <p>
          The user {user.name} is for programs and works through the API, described at <a href="/api/openapi.json">/api/openapi.json</a>.
        </p>
      </main>
    );
  }
  if (center === undefined || me === undefined) {
    return (
      <main className="blank" aria-busy="true">
        <p role="status">{link === "live" || link === "connecting" ? "" : "Waiting for the contact center …"}</p>
      </main>
    );
  }
  const mayWatch = user.role !== "agent";
  const board = mayWatch && (hash === "#board" || (!me.is_agent && hash !== "#desk"));
  return (
    <PhoneProvider>
      <Readiness getReady={getReady} me={me} center={center} />
      <div className="shell" data-rehearsal={center.rehearsal}>
        <TopBar center={center} me={me} board={board} onHelp={() => setHelpOpen(true)} />
        <ErrorBoundary name={board ? "wallboard" : "desk"}>{board ? <BoardScreen /> : <DeskScreen center={center} me={me} />}</ErrorBoundary>
      </div>
      <KeysDialog opened={helpOpen} onClose={() => setHelpOpen(false)} media={center.media} />
    </PhoneProvider>
  );
}
