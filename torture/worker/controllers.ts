import { Get, HttpError, JsonController, Param, Put, QueryParam } from 'routing-controllers';
import { Cached, InvalidatesCache } from '../../lib/index.js';
import { groupPath, ROOT, userPath, type Manner } from '../world.js';
import { operations } from './operation.js';
import type { Origin } from './origin.js';

const GROUP = '/groups/:group';
const USER = `${GROUP}/users/:user`;
/** Outlives every run: what is stale is never so by its age. */
const TIMEOUT = 3600;

/** What is invalidated by a change of a key, as `cache.invalidate` wants it. `torture --tags` will have its names beside. */
export function prefixesOf(key: string): string[] {
  const [, , group = '', kind] = key.split('/');
  return kind === 'users' ? [key, `${groupPath(group)}/members`] : [key];
}

/** An application as its authors write it: what is changed and what it makes out of date stand on one method. */
export function controllersFor(origin: Origin): (new () => unknown)[] {
  async function change(key: string, manner: Manner) {
    await origin.change(key, manner, operations.getStore()!);
    if (manner === 'rejected') throw new HttpError(400, 'Nothing has changed.');
    if (manner === 'broken') throw new Error('It may be half done.');
    return { changed: key };
  }

  @JsonController()
  class GroupsController {
    @Get(GROUP)
    @Cached({ timeout: TIMEOUT })
    group(@Param('group') group: string) {
      return origin.show(groupPath(group));
    }

    @Get(`${GROUP}/members`)
    @Cached({ timeout: TIMEOUT })
    members(@Param('group') group: string) {
      return origin.show(`${groupPath(group)}/members`);
    }

    @Get(USER)
    @Cached({ timeout: TIMEOUT })
    user(@Param('group') group: string, @Param('user') user: string) {
      return origin.show(userPath(group, user));
    }

    @Get(`${USER}/friends`)
    @Cached({ timeout: TIMEOUT })
    friends(@Param('group') group: string, @Param('user') user: string) {
      return origin.show(`${userPath(group, user)}/friends`);
    }

    @Put(USER)
    @InvalidatesCache([USER, `${GROUP}/members`])
    changeUser(@Param('group') group: string, @Param('user') user: string, @QueryParam('manner') manner: Manner) {
      return change(userPath(group, user), manner);
    }

    @Put(GROUP)
    @InvalidatesCache()
    changeGroup(@Param('group') group: string, @QueryParam('manner') manner: Manner) {
      return change(groupPath(group), manner);
    }

    @Put('/')
    @InvalidatesCache(ROOT)
    changeAll(@QueryParam('manner') manner: Manner) {
      return change(ROOT, manner);
    }
  }
  return [GroupsController];
}
