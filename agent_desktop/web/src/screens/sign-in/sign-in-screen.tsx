/** The first page: name, password, and whether to begin at once. Its click also unlocks sound and notifications. */

import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import { askForNotifications, unlockSound } from "../../ringer";
import { signIn, type User } from "../../session";

interface Props {
  readonly onSignedIn: (user: User, getReady: boolean) => void;
}

export function SignInScreen({ onSignedIn }: Props) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const go = async (getReady: boolean) => {
    if (form.current === null || busy || !form.current.reportValidity()) return;
    unlockSound();
    askForNotifications();
    const data = new FormData(form.current);
    setBusy(true);
    setRefusal(null);
    const answer = await signIn(String(data.get("user")).trim(), String(data.get("password")));
    setBusy(false);
    if (answer.ok) onSignedIn(answer.user, getReady);
    else setRefusal(answer.sentence);
  };

  return (
    <main className="sign-in">
      <form
        ref={form}
        className="sign-in-card"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void go(false);
        }}
      >
        <div className="sign-in-brand">
          <img src="/switchroom.svg" alt="" width={36} height={36} />
          <h1>Switchroom</h1>
        </div>
        <p className="muted">Sign in to your desk or wallboard.</p>
        {refusal !== null && (
          <Alert color="red" role="alert" p="xs">
            {refusal}
          </Alert>
        )}
        <TextInput name="user" label="Name" withAsterisk={false} autoComplete="username" required autoFocus spellCheck={false} autoCapitalize="none" />
        <PasswordInput name="password" label="Password" withAsterisk={false} autoComplete="current-password" required />
        <Button type="submit" fullWidth loading={busy}>
          Sign in
        </Button>
        <Button type="button" fullWidth variant="default" disabled={busy} onClick={() => void go(true)}>
          Sign in and get ready
        </Button>
      </form>
    </main>
  );
}
