/** Who is signed in, and which screen that gives: sign-in, the desk, the wallboard, or the board on a wall. */

import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { type Shared, SharedContext } from "./app-context";
import { Connection } from "./connection";
import { serverClock } from "./clock";
import { Drafts } from "./drafts";
import { Outbox } from "./outbox";
import { ErrorBoundary } from "./parts/error-boundary";
import { PhoneOwner } from "./phone/owner";
import { SignInScreen } from "./screens/sign-in/sign-in-screen";
import { Shell } from "./screens/shell";
import { WallScreen } from "./screens/wallboard/wall-screen";
import { dialServer, signOut, type User, whoAmI } from "./session";
import { claimTab, RequestCount, tabKeep, userKeep } from "./tab";
import { Views } from "./views";

type Known = { readonly kind: "asking" | "unreachable" | "nobody" } | { readonly kind: "user"; readonly user: User };

export function App() {
  const [known, setKnown] = useState<Known>({ kind: "asking" });
  const [getReady, setGetReady] = useState(false);

  useEffect(() => {
    if (known.kind !== "asking" && known.kind !== "unreachable") return undefined;
    let left = false;
    const ask = () =>
      void whoAmI().then((answer) => {
        if (left) return;
        if (answer === undefined) setKnown({ kind: "unreachable" });
        else setKnown(answer === null ? { kind: "nobody" } : { kind: "user", user: answer });
      });
    const timer = known.kind === "asking" ? setTimeout(ask, 0) : setInterval(ask, 2_000);
    return () => {
      left = true;
      clearInterval(timer);
    };
  }, [known.kind]);

  switch (known.kind) {
    case "asking":
      return <main className="blank" aria-busy="true" />;
    case "unreachable":
      return (
        <main className="blank">
          <p role="status">The contact center does not answer. This page goes on by itself as soon as it does.</p>
        </main>
      );
    case "nobody":
      return (
        <SignInScreen
          onSignedIn={(user, ready) => {
            setGetReady(ready);
            setKnown({ kind: "user", user });
          }}
        />
      );
    case "user":
      return (
        <SignedIn
          key={known.user.user}
          user={known.user}
          getReady={getReady}
          onLeft={() => {
            setGetReady(false);
            setKnown({ kind: "nobody" });
          }}
        />
      );
  }
}

interface SignedInProps {
  readonly user: User;
  readonly getReady: boolean;
  readonly onLeft: () => void;
}

function SignedIn({ user, getReady, onLeft }: SignedInProps) {
  const [shared, setShared] = useState<Shared | null>(null);
  const [oldPage, setOldPage] = useState(false);

  useEffect(() => {
    let stop: (() => void) | undefined;
    let left = false;
    void claimTab(tabKeep, navigator.locks).then((tab) => {
      if (left) return;
      const made = connect(user, tab, onLeft, () => setOldPage(true));
      stop = made.stop;
      setShared(made.shared);
    });
    return () => {
      left = true;
      stop?.();
    };
  }, [user, onLeft]);

  if (oldPage) {
    return (
      <main className="blank">
        <p role="alert">The contact center has been renewed. Load this page again to go on; nothing you wrote is lost.</p>
        <Button onClick={() => window.location.reload()}>Load again</Button>
      </main>
    );
  }
  if (shared === null) return <main className="blank" aria-busy="true" />;
  return (
    <SharedContext value={shared}>
      <ErrorBoundary name="page">
        {window.location.pathname.startsWith("/wallboard") ? <WallScreen /> : <Shell getReady={getReady} />}
      </ErrorBoundary>
    </SharedContext>
  );
}

/** Joins the parts of a signed-in page; `stop` takes them apart again. */
function connect(user: User, tab: string, onLeft: () => void, onOldPage: () => void) {
  const connection = new Connection({
    dial: () => dialServer(tab),
    ids: new RequestCount(tabKeep, "tab-requests"),
    now: Date.now,
    chance: Math.random,
    networkDown: () => !navigator.onLine,
  });
  connection.onMessage((message) => {
    if ("server_ms" in message) serverClock.heard(message.server_ms);
  });
  connection.onState((state) => {
    if (state !== "ended") return;
    if (connection.endedBecause === "old_page") onOldPage();
    else onLeft();
  });
  const views = new Views(connection);
  const drafts = new Drafts(connection, userKeep, user.user);
  const owner = new PhoneOwner(navigator.locks, `switchroom-phone-${user.user}`);
  const verify = () => connection.verify();
  const flush = () => drafts.flush();
  const visible = () => (document.visibilityState === "hidden" ? drafts.flush() : connection.verify());
  window.addEventListener("online", verify);
  window.addEventListener("focus", verify);
  window.addEventListener("pageshow", verify);
  window.addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", visible);
  connection.start();
  const leave = () => void signOut().then(() => connection.stop());
  const shared: Shared = {
    user,
    connection,
    views,
    drafts,
    outbox: new Outbox(connection, tabKeep, () => serverClock.now()),
    owner,
    leave,
  };
  const stop = () => {
    window.removeEventListener("online", verify);
    window.removeEventListener("focus", verify);
    window.removeEventListener("pageshow", verify);
    window.removeEventListener("pagehide", flush);
    document.removeEventListener("visibilitychange", visible);
    owner.stop();
    connection.stop();
  };
  return { shared, stop };
}
