/** What every screen of a signed-in user shares: the connection, the views, drafts, outbox and the tab that rings. */

import { createContext, useCallback, useContext, useEffect, useSyncExternalStore } from "react";
import type { Connection, LinkState } from "./connection";
import type { DraftKind, Drafts } from "./drafts";
import type { Outbox, PendingLine } from "./outbox";
import type { PhoneOwner } from "./phone/owner";
import type { AnyPart } from "./protocol.gen";
import { DESK_VIEW } from "./protocol.gen";
import type { User } from "./session";
import { type PartOf, partAt, partsOf, type View } from "./store";
import type { Views } from "./views";

export interface Shared {
  readonly user: User;
  readonly connection: Connection;
  readonly views: Views;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  readonly owner: PhoneOwner;
  readonly leave: () => void;
}

export const SharedContext = createContext<Shared | null>(null);

export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (shared === null) throw new Error("a screen stands outside of SharedContext");
  return shared;
}

/** Watches a view as long as the component lives; undefined until the first snapshot. */
export function useView(name: string | null): View | undefined {
  const { views } = useShared();
  useEffect(() => (name === null ? undefined : views.watch(name)), [views, name]);
  return useSyncExternalStore(views.subscribe, () => (name === null ? undefined : views.get(name)));
}

export function useViewRefusal(name: string): string | undefined {
  const { views } = useShared();
  return useSyncExternalStore(views.subscribe, () => views.refusalOf(name));
}

export function useParts<T extends AnyPart["type"]>(view: string, type: T): readonly PartOf<T>[] {
  const { views } = useShared();
  return useSyncExternalStore(views.subscribe, () => partsOf(views.get(view), type));
}

export function usePart<T extends AnyPart["type"]>(view: string, key: string, type: T): PartOf<T> | undefined {
  const { views } = useShared();
  return useSyncExternalStore(views.subscribe, () => partAt(views.get(view), key, type));
}

export function useDeskParts<T extends AnyPart["type"]>(type: T): readonly PartOf<T>[] {
  return useParts(DESK_VIEW, type);
}

export function useTyping(conversation: string): boolean {
  const { views } = useShared();
  return useSyncExternalStore(views.subscribe, () => views.isTyping(conversation));
}

export function useLink(): LinkState {
  const { connection } = useShared();
  return useSyncExternalStore(
    useCallback((listener: () => void) => connection.onState(listener), [connection]),
    () => connection.linkState,
  );
}

export function useOwner(): boolean {
  const { owner } = useShared();
  return useSyncExternalStore(owner.subscribe, owner.isOwner);
}

export function useOutbox(): readonly PendingLine[] {
  const { outbox } = useShared();
  return useSyncExternalStore(outbox.subscribe, outbox.all);
}

/** A text that is saved as it is typed: what it is now, and how to change it. */
export function useDraft(handling: string, kind: DraftKind): readonly [string, (text: string) => void] {
  const { drafts } = useShared();
  const text = useSyncExternalStore(drafts.subscribe, () => drafts.text(handling, kind));
  const write = useCallback((next: string) => drafts.write(handling, kind, next), [drafts, handling, kind]);
  return [text, write];
}
