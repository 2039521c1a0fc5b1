import type { Random } from './random.js';

/**
 * What is cached and changed. Every prefix of a path is a key of the database, with a version of its own; a resource shows the versions
 * of all prefixes over its path, so that it is out of date as soon as any of them has changed.
 */
const GROUPS = 4;
const USERS = 5;

export const ROOT = '/';

export function groupPath(group: number | string): string {
  return `/groups/${group}`;
}

export function userPath(group: number | string, user: number | string): string {
  return `${groupPath(group)}/users/${user}`;
}

/** Keys of the database that a resource shows. */
export function keysShown(path: string): string[] {
  const [, , group = '', kind, user = ''] = path.split('/');
  const over = [ROOT, groupPath(group)];
  if (kind === 'users') return [...over, userPath(group, user)];
  if (kind === 'members') return [...over, ...Array.from({ length: USERS }, (_, index) => userPath(group, index))];
  return over;
}

/** All resources that show a key. */
export function resourcesShowing(key: string): string[] {
  return allResources().filter(path => keysShown(path).includes(key));
}

function allResources(): string[] {
  return Array.from({ length: GROUPS }, (_, group) => [
    groupPath(group),
    `${groupPath(group)}/members`,
    ...Array.from({ length: USERS }, (_, user) => [userPath(group, user), `${userPath(group, user)}/friends`]).flat(),
  ]).flat();
}

/** How a change ends, and how it says what it has changed. */
export type Manner =
  /** Returns. */
  | 'plain'
  /** Takes many times as long as others. */
  | 'slow'
  /** Throws an HttpError below 500, having changed nothing. */
  | 'rejected'
  /** Throws an Error, having changed the data. */
  | 'broken'
  /** Changes the data, and then calls `cache.invalidate`. */
  | 'from-code';

export type Step =
  { readonly kind: 'read'; readonly path: string } | { readonly kind: 'change'; readonly key: string; readonly manner: Manner };

/** How often what is done. */
export interface Mix {
  /** Share of changes. */
  readonly changes: number;
  /** Share of steps that go to one user, so that changes and computations of the same meet. */
  readonly hot: number;
  /** Share of changes that are slow. */
  readonly slow: number;
}

export const USUAL_MIX: Mix = { changes: 0.12, hot: 0.25, slow: 0.06 };

export function nextStep(random: Random, mix: Mix): Step {
  const isHot = random.next() < mix.hot;
  const group = isHot ? 0 : random.below(GROUPS);
  const user = isHot ? 0 : random.below(USERS);
  if (random.next() < mix.changes) return { kind: 'change', key: changedKey(random, group, user), manner: manner(random, mix) };
  const place = random.next();
  if (place < 0.15) return { kind: 'read', path: groupPath(group) };
  if (place < 0.3) return { kind: 'read', path: `${groupPath(group)}/members` };
  return { kind: 'read', path: place < 0.65 ? userPath(group, user) : `${userPath(group, user)}/friends` };
}

function changedKey(random: Random, group: number, user: number): string {
  const place = random.next();
  if (place < 0.005) return ROOT;
  return place < 0.06 ? groupPath(group) : userPath(group, user);
}

function manner(random: Random, { slow }: Mix): Manner {
  if (random.next() < slow) return 'slow';
  const place = random.next();
  if (place < 0.12) return 'rejected';
  if (place < 0.2) return 'broken';
  return place < 0.3 ? 'from-code' : 'plain';
}
