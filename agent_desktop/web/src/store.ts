/** The views as the server last told them: snapshots and numbered changes, and nothing worked out here. */

import type { AnyPart, Change, Snapshot } from "./protocol.gen";

export interface View {
  readonly number: number;
  readonly parts: ReadonlyMap<string, AnyPart>;
}

/** What a change did to a view: a new view, nothing (it was known already), or a gap, so the view must be opened again. */
export type Applied = { readonly kind: "changed"; readonly view: View } | { readonly kind: "known" } | { readonly kind: "gap" };

export function afterSnapshot(snapshot: Snapshot): View {
  return { number: snapshot.number, parts: new Map(snapshot.parts.map((part) => [part.key, part])) };
}

export function afterChange(view: View | undefined, change: Change): Applied {
  if (view === undefined) return { kind: "gap" };
  if (change.number <= view.number) return { kind: "known" };
  if (change.from_number !== view.number) return { kind: "gap" };
  const parts = new Map(view.parts);
  for (const key of change.removed) parts.delete(key);
  for (const part of change.put) parts.set(part.key, part);
  return { kind: "changed", view: { number: change.number, parts } };
}

export type PartOf<T extends AnyPart["type"]> = Extract<AnyPart, { type: T }>;

const byType = new WeakMap<View, Map<string, readonly AnyPart[]>>();
const NONE: readonly AnyPart[] = [];

/** All parts of one type, in the order of their keys; the same array as long as the view is the same. */
export function partsOf<T extends AnyPart["type"]>(view: View | undefined, type: T): readonly PartOf<T>[] {
  if (view === undefined) return NONE as readonly PartOf<T>[];
  let index = byType.get(view);
  if (index === undefined) {
    const sorted = [...view.parts.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    const lists = new Map<string, AnyPart[]>();
    for (const part of sorted) {
      const list = lists.get(part.type);
      if (list === undefined) lists.set(part.type, [part]);
      else list.push(part);
    }
    index = lists;
    byType.set(view, lists);
  }
  return (index.get(type) ?? NONE) as readonly PartOf<T>[];
}

export function partAt<T extends AnyPart["type"]>(view: View | undefined, key: string, type: T): PartOf<T> | undefined {
  const part = view?.parts.get(key);
  return part?.type === type ? (part as PartOf<T>) : undefined;
}
