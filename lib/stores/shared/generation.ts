import { randomBytes } from 'node:crypto';

/**
 * What stands under a prefix: entries are served only while the generation is the one that they were computed under. While something
 * under the prefix is being changed, nothing is kept.
 */
export type Generation = Clean | Dirty;

export interface Clean {
  readonly kind: 'clean';
  readonly token: string;
  /** Whether nothing can have been computed under it, so that the store need not keep it. Default false. */
  readonly isUnused?: boolean;
}

export interface Dirty {
  readonly kind: 'dirty';
  /** New whenever a change begins or ends. */
  readonly revision: string;
  /** The token to return to if nothing has changed in the end; empty: there was none. */
  readonly previous: string;
  /** The ids of the changes under way. */
  readonly writers: readonly string[];
}

const DIRTY = /^m:([\w-]+):([\w-]*):([\w.-]+(?:,[\w.-]+)*)$/;

/** A token that no generation has had before. */
export function newToken(): string {
  return randomBytes(12).toString('base64url');
}

export function parseGeneration(value: Buffer): Generation {
  const text = value.toString('latin1');
  const [, revision, previous, owners] = DIRTY.exec(text) ?? [];
  if (revision === undefined || previous === undefined || owners === undefined) return { kind: 'clean', token: text };
  return { kind: 'dirty', revision, previous, writers: owners.split(',') };
}

export function generationValue(generation: Generation): Buffer {
  if (generation.kind === 'clean') return Buffer.from(generation.token, 'latin1');
  return Buffer.from(`m:${generation.revision}:${generation.previous}:${generation.writers.join(',')}`, 'latin1');
}

/** Whether all changes under way have died, so that a new generation may begin. */
export function isAbandoned(generation: Generation, dead: ReadonlySet<string>): boolean {
  return generation.kind === 'dirty' && generation.writers.every(id => dead.has(id));
}

/** The generation while the owner changes something too. New also for an owner that is announced again. */
export function withWriter(current: Generation | undefined, ownerId: string): Dirty {
  const revision = newToken();
  if (current === undefined) return { kind: 'dirty', revision, previous: '', writers: [ownerId] };
  if (current.kind === 'clean') return { kind: 'dirty', revision, previous: current.token, writers: [ownerId] };
  return { ...current, revision, writers: [...current.writers.filter(id => id !== ownerId), ownerId] };
}

/**
 * The generation after changes have ended, or after an invalidation that is no change of its own (no owners). An owner that has died
 * stays: what it has changed, nobody knows, so a new token follows when only the dead are left.
 *
 * @returns undefined when what stands there is right already
 */
export function withoutWriters(
  current: Generation | undefined,
  ownerIds: readonly string[],
  hasChanged: boolean,
): Generation | undefined {
  if (current?.kind !== 'dirty') return hasChanged ? { kind: 'clean', token: newToken() } : undefined;

  const others = current.writers.filter(id => !ownerIds.includes(id));
  // A change that is not among the owners any more was taken for dead: what stands there knows nothing of it.
  if (!hasChanged && others.length === current.writers.length) return undefined;
  const previous = hasChanged ? newToken() : current.previous;
  if (others.length > 0) return { kind: 'dirty', revision: newToken(), previous, writers: others };
  return previous === '' ? { kind: 'clean', token: newToken(), isUnused: true } : { kind: 'clean', token: previous };
}
