/** Asking the server for something on behalf of a person: a refusal is shown to them in its own sentence. */

import { notifications } from "@mantine/notifications";
import { useCallback } from "react";
import { useShared } from "./app-context";
import type { Body, Outcome } from "./connection";

/** These say that the wish is fulfilled already, or that the screen shows the new state anyway. */
const SILENT = new Set(["no_change", "already_handled"]);

const CLOSE = { closeButtonProps: { "aria-label": "Close" } };

export function complain(sentence: string): void {
  notifications.show({ message: sentence, color: "red", withBorder: true, autoClose: 8_000, ...CLOSE });
}

/** Says that something was done which the screen does not show by itself. */
export function tell(sentence: string): void {
  notifications.show({ message: sentence, withBorder: true, ...CLOSE });
}

export function useAct(): (body: Body) => Promise<Outcome> {
  const { connection } = useShared();
  return useCallback(
    async (body: Body) => {
      const outcome = await connection.request(body);
      if (outcome.type === "refused" && !SILENT.has(outcome.reason)) complain(outcome.sentence);
      return outcome;
    },
    [connection],
  );
}
