import type { Versions } from './operation-log.js';
import type { Random } from './random.js';

/**
 * The resources and their keys. Every prefix of a path is a key of the database with its own version. A resource shows the versions of
 * all prefixes of its path, so a change of one of them makes the resource stale. A resource with tags also shows keys that are no
 * prefix of its path: paths of other resources, and avatars and news, whose changes invalidate by tag alone.
 */
const GROUPS = 4;
const USERS = 5;
const LISTS = 3;
/** Every fourth user is on a list. The version of the list determines the users. */
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

/** Returns the keys of the database that a resource shows, for a list all keys that it may show. */
export function keysInResource(path: string): string[] {
  const [, place, group = '', kind, user = '', part] = path.split('/');
  if (place === 'lists') return [ROOT, path, ...EVERYBODY.flatMap(keysOfMember)];
  const over = [ROOT, groupPath(group)];
  if (kind === 'members') return [...over, ...membersOf(group).flatMap(keysOfMember)];
  if (kind !== 'users') return [...over, NEWS];
  return part === undefined ? [...over, ...keysOfMember({ group, user })] : [...over, userPath(group, user)];
}

/** Returns the versions that a resource shows. @param versions the versions of all keys that the resource may show */
export function shownOf(path: string, versions: Versions): Versions {
  const round = versions[path];
  if (!path.startsWith('/lists/') || round === undefined) return versions;
  const listed = EVERYBODY.filter((_, index) => (index + round) % LISTED === 0);
  return Object.fromEntries([ROOT, path, ...listed.flatMap(keysOfMember)].map(key => [key, versions[key] ?? 0]));
}

/** Returns the tags of the users that a resource shows. */
export function membersShown(versions: Versions): string[] {
  return Object.keys(versions)
    .filter(key => key.startsWith('/avatars/'))
    .map(tagOf);
}

/** Returns the tag of the resources that show the user of a key. */
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

/** Returns the paths of all resources that show a key. */
export function resourcesShowing(key: string): string[] {
  const [, place, group = '0'] = key.split('/');
  // Bursts use other groups.
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

/** The way in which a change ends and invalidates. */
export type WriteKind =
  /** Returns. */
  | 'plain'
  /** Takes twelve times as long as other changes. */
  | 'slow'
  /** Throws an HttpError below 500, before it has changed data. */
  | 'rejected'
  /** Throws an Error, after it has changed data. */
  | 'broken'
  /** Changes the data, and then calls `cache.invalidate`. */
  | 'from-code';

export type Step =
  | { readonly kind: 'read'; readonly path: string }
  | { readonly kind: 'change'; readonly key: string; readonly writeKind: WriteKind };

/** The shares of the steps. */
export interface Mix {
  /** The share of changes among the steps. */
  readonly changes: number;
  /** The share of steps on one user, so that changes and computations of one resource overlap. */
  readonly hot: number;
  /** The share of slow changes. */
  readonly slow: number;
  /** The share of steps on resources that only tags invalidate. */
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
