import { Get, HttpError, JsonController, Param, Put, QueryParam } from 'routing-controllers';
import { cache, Cached, InvalidatesCache } from '../../lib/index.js';
import { avatarPath, groupPath, listPath, membersShown, NEWS, ROOT, tagOf, userPath, type WriteKind } from '../workload.js';
import { Chain, chainTag } from './chain.js';
import type { Assignment } from '../messages.js';
import { operations } from './operation.js';
import type { Origin } from './origin.js';

const GROUP = '/groups/:group';
const USER = `${GROUP}/users/:user`;
/** The lifetime is longer than every run, so no entry is stale because of its age. */
const LASTING = { timeout: 3600 };
/** Entries expire again and again. A refresh runs behind a stale response, and a stale response replaces a failed one. */
const WITH_GRACE = { timeout: 1, staleWhileRevalidate: 5, staleIfError: 60 };

/** The way in which changes invalidate. */
export interface Invalidating {
  readonly hasTags: boolean;
  /** True if changes invalidate by the tags of memoized results alone. */
  readonly hasChain: boolean;
}

/** Returns the targets of a change of a key, for `cache.invalidate` and `cache.invalidateTags`. */
export function targetsOf(key: string, { hasTags, hasChain }: Invalidating): { paths: string[]; tags: string[] } {
  if (hasChain) return { paths: [], tags: [chainTag(key)] };
  const [, place, group = '', kind] = key.split('/');
  if (place === 'news') return { paths: [], tags: [NEWS] };
  if (place === 'avatars') return { paths: [], tags: [tagOf(key)] };
  if (kind !== 'users') return { paths: [key], tags: [] };
  return hasTags ? { paths: [key], tags: [tagOf(key)] } : { paths: [key, `${groupPath(group)}/members`], tags: [] };
}

/** Returns the controllers of an application. Each changing method has the decorator with its targets. */
export function controllersFor(
  origin: Origin,
  how: Invalidating,
  { hasEdge, hasGrace }: Pick<Assignment, 'hasEdge' | 'hasGrace'>,
): (new () => unknown)[] {
  const usual = { ...(hasGrace ? WITH_GRACE : LASTING), edge: hasEdge };
  const { hasTags, hasChain } = how;
  const isTagged = hasTags && !hasChain;
  const ofMembers = isTagged ? { tags: membersShown } : {};
  const ofNews = isTagged ? { tags: [NEWS] } : {};

  const links = new Chain(origin);
  const show = (path: string) => (hasChain ? links.outer(path) : origin.show(path));

  async function change(key: string, writeKind: WriteKind) {
    const work = () => origin.change(key, writeKind, operations.getStore()!);
    // With the chain, this is a change of a service within the change of the action.
    await (hasChain ? cache.changing(targetsOf(key, how), work) : work());
    if (writeKind === 'rejected') throw new HttpError(400, 'Nothing has changed.');
    if (writeKind === 'broken') throw new Error('The change fails after its commit.');
    return { changed: key };
  }

  @JsonController()
  class GroupsController {
    @Get(GROUP)
    @Cached({ ...usual, ...ofNews })
    group(@Param('group') group: string) {
      return show(groupPath(group));
    }

    @Get(`${GROUP}/members`)
    @Cached({ ...usual, ...ofMembers })
    members(@Param('group') group: string) {
      return show(`${groupPath(group)}/members`);
    }

    @Get(USER)
    @Cached({ ...usual, ...ofMembers })
    user(@Param('group') group: string, @Param('user') user: string) {
      return show(userPath(group, user));
    }

    @Get(`${USER}/friends`)
    @Cached(usual)
    friends(@Param('group') group: string, @Param('user') user: string) {
      return show(`${userPath(group, user)}/friends`);
    }

    @Put(USER)
    @InvalidatesCache(({ args: [group, user] }) => targetsOf(userPath(group as string, user as string), how))
    changeUser(@Param('group') group: string, @Param('user') user: string, @QueryParam('writeKind') writeKind: WriteKind) {
      return change(userPath(group, user), writeKind);
    }

    @Put(GROUP)
    @InvalidatesCache(hasChain ? ({ args: [group] }) => targetsOf(groupPath(group as string), how) : undefined)
    changeGroup(@Param('group') group: string, @QueryParam('writeKind') writeKind: WriteKind) {
      return change(groupPath(group), writeKind);
    }

    @Get('/lists/:list')
    @Cached({ ...usual, ...ofMembers })
    list(@Param('list') list: string) {
      return show(listPath(list));
    }

    @Put('/lists/:list')
    @InvalidatesCache(hasChain ? ({ args: [list] }) => targetsOf(listPath(list as string), how) : undefined)
    changeList(@Param('list') list: string, @QueryParam('writeKind') writeKind: WriteKind) {
      return change(listPath(list), writeKind);
    }

    @Put('/avatars/:group/:user')
    @InvalidatesCache(({ args: [group, user] }) => targetsOf(avatarPath(group as string, user as string), how))
    changeAvatar(@Param('group') group: string, @Param('user') user: string, @QueryParam('writeKind') writeKind: WriteKind) {
      return change(avatarPath(group, user), writeKind);
    }

    @Put('/news')
    @InvalidatesCache(hasChain ? targetsOf(NEWS, how) : { tags: [NEWS] })
    changeNews(@QueryParam('writeKind') writeKind: WriteKind) {
      return change(NEWS, writeKind);
    }

    @Put('/')
    @InvalidatesCache(hasChain ? targetsOf(ROOT, how) : ROOT)
    changeAll(@QueryParam('writeKind') writeKind: WriteKind) {
      return change(ROOT, writeKind);
    }
  }
  return [GroupsController];
}
