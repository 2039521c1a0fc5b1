import { Exclude } from 'class-transformer';
import type { ChangeContext } from '../lib/index.js';

/** What a change of avatar gives back. */
export class ChangedAvatar {
  /** Whose lists of friends show the avatar. Known to the cache, and no part of the response. */
  @Exclude()
  readonly shownTo: readonly string[];

  constructor(
    readonly username: string,
    readonly avatar: string,
    shownTo: readonly string[],
  ) {
    this.shownTo = shownTo;
  }
}

/**
 * The paths whose answers show the changed avatar: what lies under the user's own, and the friends lists of the user's friends. The
 * pages of `/users` show no avatars and stay; as a prefix, `/users` would cover everything under it.
 */
export function pathsThatShow({ result }: ChangeContext): string[] {
  // A change that failed halfway has no result, and nobody knows what it touched.
  if (!(result instanceof ChangedAvatar)) return ['/users'];
  const lists = result.shownTo.map(friend => `/users/${encodeURIComponent(friend)}/friends`);
  return ['/users/:username', ...lists];
}
