import { randomBytes } from 'node:crypto';

/**
 * What stands under a prefix: entries are served only while the generation is the one that they were computed under. While something
 * under the prefix is being changed, nothing is kept.
 */
export type Generation = Clean | Changing;

export interface Clean {
  readonly kind: 'clean';
  readonly token: string;
  /** Whether nothing can have been computed under it, so that the store need not keep it. Default false. */
  readonly isUnused?: boolean;
}

export interface Changing {
  readonly kind: 'changing';
  /** New whenever a change begins or ends. */
  readonly nonce: string;
  /** The token to return to if nothing has changed in the end; empty: there was none. */
  readonly previous: string;
  /** The ids of the changes under way. */
  readonly owners: readonly string[];
}

const CHANGING = /^m:([\w-]+):([\w-]*):([\w.-]+(?:,[\w.-]+)*)$/;

/** A token that no generation has had before. */
export function newToken(): string {
  return randomBytes(12).toString('base64url');
}

export function parseGeneration(value: Buffer): Generation {
  const text = value.toString('latin1');
  const [, nonce, previous, owners] = CHANGING.exec(text) ?? [];
  if (nonce === undefined || previous === undefined || owners === undefined) return { kind: 'clean', token: text };
  return { kind: 'changing', nonce, previous, owners: owners.split(',') };
}

export function generationValue(generation: Generation): Buffer {
  if (generation.kind === 'clean') return Buffer.from(generation.token, 'latin1');
  return Buffer.from(`m:${generation.nonce}:${generation.previous}:${generation.owners.join(',')}`, 'latin1');
}

/** Whether all changes under way have died, so that a new generation may begin. */
export function hasLapsed(generation: Generation, dead: ReadonlySet<string>): boolean {
  return generation.kind === 'changing' && generation.owners.every(id => dead.has(id));
}

/** The generation while the owner changes something too. New also for an owner that is announced again. */
export function withOwner(current: Generation | undefined, ownerId: string): Changing {
  const nonce = newToken();
  if (current === undefined) return { kind: 'changing', nonce, previous: '', owners: [ownerId] };
  if (current.kind === 'clean') return { kind: 'changing', nonce, previous: current.token, owners: [ownerId] };
  return { ...current, nonce, owners: [...current.owners.filter(id => id !== ownerId), ownerId] };
}

/**
 * The generation after changes have ended, or after an invalidation that is no change of its own (no owners). An owner that has died
 * stays: what it has changed, nobody knows, so a new token follows when only the dead are left.
 *
 * @returns undefined when what stands there is right already
 */
export function afterChange(
  current: Generation | undefined,
  ownerIds: readonly string[],
  hasChanged: boolean,
): Generation | undefined {
  if (current?.kind !== 'changing') return hasChanged ? { kind: 'clean', token: newToken() } : undefined;

  const others = current.owners.filter(id => !ownerIds.includes(id));
  // A change that is not among the owners any more was taken for dead: what stands there knows nothing of it.
  if (!hasChanged && others.length === current.owners.length) return undefined;
  const previous = hasChanged ? newToken() : current.previous;
  if (others.length > 0) return { kind: 'changing', nonce: newToken(), previous, owners: others };
  return previous === '' ? { kind: 'clean', token: newToken(), isUnused: true } : { kind: 'clean', token: previous };
}
