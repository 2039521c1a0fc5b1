import type { ListedEntry, Store } from '../stores/store.js';

const MOST = 100;
/** Looked at for one answer, so that a search does not hold up the requests of others. */
const MOST_SEEN = 20_000;

/** Entries that a search finds. `isListable` is false for a store that cannot list what it holds. */
export interface FoundEntries {
  readonly isListable: boolean;
  readonly isWhole: boolean;
  readonly nowMs: number;
  readonly entries: readonly ListedEntry[];
}

/** The first entries with the text in path or tag. Neither keys nor bodies are in it: they may be of one caller. */
export function findEntries(store: Store, text: string, nowMs: number): FoundEntries {
  if (store.list === undefined) return { isListable: false, isWhole: false, nowMs, entries: [] };
  const entries: ListedEntry[] = [];
  let seen = 0;
  for (const entry of store.list()) {
    if (++seen > MOST_SEEN || entries.length === MOST) return { isListable: true, isWhole: false, nowMs, entries };
    if (entry.path.includes(text) || entry.tags.some(tag => tag.includes(text))) entries.push(entry);
  }
  return { isListable: true, isWhole: true, nowMs, entries };
}
