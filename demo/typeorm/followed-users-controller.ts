import { Body, Get, JsonController, Param, Put, QueryParams } from 'routing-controllers';
import { Inject, Service } from 'typedi';
import { Cached, CacheDefaults, ChangesNothing } from '../../lib/index.js';
import { Avatar } from '../avatar.js';
import { changeKnownAvatar, knownUser } from '../known-user.js';
import { Page } from '../page.js';
import { Users, type Friend, type ListedUser, type User, type UserService } from '../users.js';

/**
 * The same pages. The commits of TypeORM invalidate their responses, so no method names a tag or a target. The class inherits nothing:
 * in routing-controllers 0.11.3, an inherited action loses the decorators of its parameters.
 */
@Service()
@JsonController('/users')
@CacheDefaults({ timeout: 600, tags: 'derived' })
export class FollowedUsersController {
  constructor(@Inject(() => Users) private readonly users: UserService) {}

  @Get()
  @Cached({ timeout: 60 })
  list(@QueryParams() { limit = 20, offset = 0, name = '' }: Page): Promise<ListedUser[]> {
    return this.users.page(limit, offset, name);
  }

  @Get('/:username')
  @Cached()
  show(@Param('username') username: string): Promise<User> {
    return knownUser(this.users, username);
  }

  @Get('/:username/friends')
  @Cached()
  async friends(@Param('username') username: string): Promise<Friend[]> {
    await knownUser(this.users, username);
    return this.users.friendsOf(username);
  }

  /** The commit of the service invalidates. */
  @Put('/:username/avatar')
  @ChangesNothing()
  changeAvatar(@Param('username') username: string, @Body() avatar: Avatar): Promise<Pick<User, 'username' | 'avatar'>> {
    return changeKnownAvatar(this.users, username, avatar);
  }
}
