import { randomBytes } from 'node:crypto';

/** A change under way. */
export interface Owner {
  readonly id: string;
  /** Milliseconds since the epoch. Past it, the change is taken to have died. */
  readonly deadlineMs: number;
}

/**
 * What stands under a prefix: entries are served only while the generation is the one that they were computed under. While something
 * under the prefix is being changed, nothing is kept.
 */
export type Generation = { readonly kind: 'clean'; readonly token: string } | Changing;

export interface Changing {
  readonly kind: 'changing';
  /** New whenever a change begins or ends. */
  readonly nonce: string;
  /** The token to return to if nothing has changed in the end. */
  readonly previous: string;
  readonly owners: readonly Owner[];
}

const CHANGING = /^m:([\w-]+):([\w-]+):([\w-]+@\d+(?:,[\w-]+@\d+)*)$/;

/** A token that no generation has had before. */
export function newToken(): string {
  return randomBytes(12).toString('base64url');
}

export function parseGeneration(value: Buffer): Generation {
  const text = value.toString('latin1');
  const [, nonce, previous, owners] = CHANGING.exec(text) ?? [];
  if (nonce === undefined || previous === undefined || owners === undefined) return { kind: 'clean', token: text };
  return { kind: 'changing', nonce, previous, owners: owners.split(',').map(parseOwner) };
}

function parseOwner(text: string): Owner {
  const [id = '', deadline] = text.split('@');
  return { id, deadlineMs: Number(deadline) };
}

export function generationValue(generation: Generation): Buffer {
  if (generation.kind === 'clean') return Buffer.from(generation.token, 'latin1');
  const owners = generation.owners.map(({ id, deadlineMs }) => `${id}@${deadlineMs}`).join(',');
  return Buffer.from(`m:${generation.nonce}:${generation.previous}:${owners}`, 'latin1');
}

/** Whether all changes under way have died, so that a new generation may begin. */
export function hasLapsed(generation: Generation, nowMs: number): boolean {
  return generation.kind === 'changing' && generation.owners.every(({ deadlineMs }) => deadlineMs <= nowMs);
}

/** The generation while `owner` changes something too. One that begins again moves its deadline. */
export function withOwner(current: Generation | undefined, owner: Owner, nowMs: number): Changing {
  const nonce = newToken();
  if (current === undefined) return { kind: 'changing', nonce, previous: newToken(), owners: [owner] };
  if (current.kind === 'clean') return { kind: 'changing', nonce, previous: current.token, owners: [owner] };
  const others = current.owners.filter(({ id }) => id !== owner.id);
  const living = others.filter(({ deadlineMs }) => deadlineMs > nowMs);
  // What a dead one has changed, nobody knows.
  const previous = living.length === others.length ? current.previous : newToken();
  return { kind: 'changing', nonce, previous, owners: [...living, owner] };
}

/**
 * The generation after changes have ended, or after an invalidation that is no change of its own (no owners).
 *
 * @returns undefined when what stands there is right already
 */
export function afterChange(
  current: Generation | undefined,
  ownerIds: readonly string[],
  hasChanged: boolean,
  nowMs: number,
): Generation | undefined {
  if (current?.kind !== 'changing') return hasChanged ? { kind: 'clean', token: newToken() } : undefined;

  const others = current.owners.filter(({ id }) => !ownerIds.includes(id));
  const living = others.filter(({ deadlineMs }) => deadlineMs > nowMs);
  // A change that is not among the owners any more was taken for dead: what stands there knows nothing of it.
  if (!hasChanged && others.length === current.owners.length) return undefined;
  const previous = hasChanged || living.length < others.length ? newToken() : current.previous;
  return living.length === 0
    ? { kind: 'clean', token: previous }
    : { kind: 'changing', nonce: newToken(), previous, owners: living };
}
