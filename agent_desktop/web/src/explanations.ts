/** Asks why: of the offers that were made of an interaction, and of its waiting now. */

import type { Why } from "./protocol.gen";

export type Told = { readonly ok: true; readonly why: Why } | { readonly ok: false; readonly sentence: string };

const DEADLINE_MS = 10_000;
const NO_ANSWER = "The contact center does not answer just now.";

export async function explain(interaction: string, of: "offers" | "now"): Promise<Told> {
  const address = `/api/interactions/${encodeURIComponent(interaction)}/explanation${of === "now" ? "?of=now" : ""}`;
  try {
    const response = await fetch(address, { credentials: "same-origin", signal: AbortSignal.timeout(DEADLINE_MS) });
    if (response.ok) return { ok: true, why: (await response.json()) as Why };
    if (response.status === 404) return { ok: false, sentence: "Nothing is known of it." };
    const body = (await response.json()) as { sentence?: unknown };
    return { ok: false, sentence: typeof body.sentence === "string" ? body.sentence : NO_ANSWER };
  } catch {
    return { ok: false, sentence: NO_ANSWER };
  }
}
