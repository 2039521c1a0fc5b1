import { randomBytes } from 'node:crypto';

/**
 * The state of a prefix or a tag. An entry is valid only under the generation that its fill has seen. While a generation is dirty, the
 * store accepts no entry under it.
 */
export type Generation = Clean | Dirty;

interface Clean {
  readonly kind: 'clean';
  readonly token: string;
  /**
   * True if no fill can have seen the generation, so that it need not exist.
   *
   * @default false
   */
  readonly isUnused?: boolean;
}

export interface Dirty {
  readonly kind: 'dirty';
  /** A new token after each begin and end of a write. */
  readonly revision: string;
  /** The clean token to restore if the writers change nothing; empty if there was none. */
  readonly previous: string;
  /** The ids of the writes in progress. */
  readonly writers: readonly string[];
}

const DIRTY = /^m:([\w-]+):([\w-]*):([\w.-]+(?:,[\w.-]+)*)$/;

/** Returns a random token that no generation has had before. */
export function newToken(): string {
  return randomBytes(12).toString('base64url');
}

export function parseGeneration(value: Buffer): Generation {
  const text = value.toString('latin1');
  const [, revision, previous, writers] = DIRTY.exec(text) ?? [];
  if (revision === undefined || previous === undefined || writers === undefined) return { kind: 'clean', token: text };
  return { kind: 'dirty', revision, previous, writers: writers.split(',') };
}

export function generationValue(generation: Generation): Buffer {
  if (generation.kind === 'clean') return Buffer.from(generation.token, 'latin1');
  return Buffer.from(`m:${generation.revision}:${generation.previous}:${generation.writers.join(',')}`, 'latin1');
}

/** Returns true if all writers have died, so that a new generation may replace this one. */
export function isAbandoned(generation: Generation, dead: ReadonlySet<string>): boolean {
  return generation.kind === 'dirty' && generation.writers.every(id => dead.has(id));
}

/** Returns the generation with one more writer. The revision is new even if the writer is present already. */
export function withWriter(current: Generation | undefined, writerId: string): Dirty {
  const revision = newToken();
  if (current === undefined) return { kind: 'dirty', revision, previous: '', writers: [writerId] };
  if (current.kind === 'clean') return { kind: 'dirty', revision, previous: current.token, writers: [writerId] };
  return { ...current, revision, writers: [...current.writers.filter(id => id !== writerId), writerId] };
}

/**
 * Returns the generation after writers have ended, or after an invalidation without a write intent (no writers). A dead writer stays,
 * because its changes are unknown: if only dead writers remain, a new token follows.
 *
 * @returns undefined if the current generation needs no change
 */
export function withoutWriters(
  current: Generation | undefined,
  writerIds: readonly string[],
  hasChanged: boolean,
): Generation | undefined {
  if (current?.kind !== 'dirty') return hasChanged ? { kind: 'clean', token: newToken() } : undefined;

  const others = current.writers.filter(id => !writerIds.includes(id));
  // If the writer is absent, the store took it for dead: the current generation does not depend on it.
  if (!hasChanged && others.length === current.writers.length) return undefined;
  const previous = hasChanged ? newToken() : current.previous;
  if (others.length > 0) return { kind: 'dirty', revision: newToken(), previous, writers: others };
  return previous === '' ? { kind: 'clean', token: newToken(), isUnused: true } : { kind: 'clean', token: previous };
}
