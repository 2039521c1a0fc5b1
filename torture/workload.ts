import type { Versions } from './operation-log.js';
import type { Random } from './random.js';

/**
 * What is cached and changed. Every prefix of a path is a key of the database, with a version of its own; a resource shows the versions
 * of all prefixes over its path, so that it is out of date as soon as any of them has changed. What has tags shows keys that are over no
 * path: those of other resources' paths, and avatars and news, whose changes are told by tag alone.
 */
const GROUPS = 4;
const USERS = 5;
const LISTS = 3;
/** Of all users, one in so many is on a list. Who, changes with the list. */
const LISTED = 4;

export const ROOT = '/';
export const NEWS = '/news';

export function groupPath(group: number | string): string {
  return `/groups/${group}`;
}

export function userPath(group: number | string, user: number | string): string {
  return `${groupPath(group)}/users/${user}`;
}

export function listPath(list: number | string): string {
  return `/lists/${list}`;
}

export function avatarPath(group: number | string, user: number | string): string {
  return `/avatars/${group}/${user}`;
}

/** Keys of the database that a resource shows; of a list, all that it might. */
export function keysInResource(path: string): string[] {
  const [, place, group = '', kind, user = '', part] = path.split('/');
  if (place === 'lists') return [ROOT, path, ...EVERYBODY.flatMap(keysOfMember)];
  const over = [ROOT, groupPath(group)];
  if (kind === 'members') return [...over, ...membersOf(group).flatMap(keysOfMember)];
  if (kind !== 'users') return [...over, NEWS];
  return part === undefined ? [...over, ...keysOfMember({ group, user })] : [...over, userPath(group, user)];
}

/** What a resource shows when the database says this of all that it might show. */
export function shownOf(path: string, versions: Versions): Versions {
  const round = versions[path];
  if (!path.startsWith('/lists/') || round === undefined) return versions;
  const listed = EVERYBODY.filter((_, index) => (index + round) % LISTED === 0);
  return Object.fromEntries([ROOT, path, ...listed.flatMap(keysOfMember)].map(key => [key, versions[key] ?? 0]));
}

/** Whom a resource shows. */
export function membersShown(versions: Versions): string[] {
  return Object.keys(versions)
    .filter(key => key.startsWith('/avatars/'))
    .map(tagOf);
}

/** The tag of what shows the user that a key is of. */
export function tagOf(key: string): string {
  const [, place, ...rest] = key.split('/');
  const [group = '', user = ''] = place === 'avatars' ? rest : [rest[0], rest[2]];
  return `user ${group}/${user}`;
}

interface Member {
  readonly group: number | string;
  readonly user: number | string;
}

const EVERYBODY: readonly Member[] = Array.from({ length: GROUPS }, (_, group) => membersOf(group)).flat();

function membersOf(group: number | string): Member[] {
  return Array.from({ length: USERS }, (_, user) => ({ group, user }));
}

function keysOfMember({ group, user }: Member): string[] {
  return [userPath(group, user), avatarPath(group, user)];
}

/** All resources that show a key. */
export function resourcesShowing(key: string): string[] {
  const [, place, group = '0'] = key.split('/');
  // Bursts go to groups of their own.
  const groups = new Set([...GROUP_NAMES, ...(place === 'groups' || place === 'avatars' ? [group] : [])]);
  return resourcesOf([...groups]).filter(path => keysInResource(path).includes(key));
}

const GROUP_NAMES = Array.from({ length: GROUPS }, (_, group) => String(group));

function resourcesOf(names: readonly string[]): string[] {
  const lists = Array.from({ length: LISTS }, (_, list) => listPath(list));
  const groups = names
    .map(group => [
      groupPath(group),
      `${groupPath(group)}/members`,
      ...Array.from({ length: USERS }, (_, user) => [userPath(group, user), `${userPath(group, user)}/friends`]).flat(),
    ])
    .flat();
  return [...lists, ...groups];
}

/** How a change ends, and how it says what it has changed. */
export type WriteKind =
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
  | { readonly kind: 'read'; readonly path: string }
  | { readonly kind: 'change'; readonly key: string; readonly writeKind: WriteKind };

/** How often what is done. */
export interface Mix {
  /** Share of changes. */
  readonly changes: number;
  /** Share of steps that go to one user, so that changes and computations of the same meet. */
  readonly hot: number;
  /** Share of changes that are slow. */
  readonly slow: number;
  /** Share of steps that are about what only tags lead to. */
  readonly tagged: number;
}

export const USUAL_MIX: Mix = { changes: 0.12, hot: 0.25, slow: 0.06, tagged: 0.3 };

export function nextStep(random: Random, mix: Mix): Step {
  const isHot = random.next() < mix.hot;
  const group = isHot ? 0 : random.below(GROUPS);
  const user = isHot ? 0 : random.below(USERS);
  if (mix.tagged > 0 && random.next() < mix.tagged) return taggedStep(random, mix, group, user);
  if (random.next() < mix.changes)
    return { kind: 'change', key: changedKey(random, group, user), writeKind: writeKind(random, mix) };
  const place = random.next();
  if (place < 0.15) return { kind: 'read', path: groupPath(group) };
  if (place < 0.3) return { kind: 'read', path: `${groupPath(group)}/members` };
  return { kind: 'read', path: place < 0.65 ? userPath(group, user) : `${userPath(group, user)}/friends` };
}

function taggedStep(random: Random, mix: Mix, group: number, user: number): Step {
  const list = listPath(random.below(LISTS));
  if (random.next() >= mix.changes) return { kind: 'read', path: list };
  const place = random.next();
  const other = place < 0.15 ? NEWS : list;
  return { kind: 'change', key: place < 0.25 ? other : avatarPath(group, user), writeKind: writeKind(random, mix) };
}

function changedKey(random: Random, group: number, user: number): string {
  const place = random.next();
  if (place < 0.005) return ROOT;
  return place < 0.06 ? groupPath(group) : userPath(group, user);
}

function writeKind(random: Random, { slow }: Mix): WriteKind {
  if (random.next() < slow) return 'slow';
  const place = random.next();
  if (place < 0.12) return 'rejected';
  if (place < 0.2) return 'broken';
  return place < 0.3 ? 'from-code' : 'plain';
}
