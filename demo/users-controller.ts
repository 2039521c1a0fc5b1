import { BadRequestError, Body, Get, JsonController, NotFoundError, Param, Put, QueryParams } from 'routing-controllers';
import { Service } from 'typedi';
import { Cached, CacheDefaults, InvalidatesCache } from '../lib/index.js';
import { Avatar } from './avatar.js';
import { ChangedAvatar, pathsThatShow } from './changed-avatar.js';
import { Page } from './page.js';
import { Users, type Friend, type ListedUser, type User } from './users.js';

@Service()
@JsonController('/users')
@CacheDefaults({ timeout: 600 })
export class UsersController {
  constructor(private readonly users: Users) {}

  @Get()
  @Cached({ timeout: 60 })
  list(@QueryParams() { limit = 20, offset = 0 }: Page): ListedUser[] {
    return this.users.page(limit, offset);
  }

  @Get('/:username')
  @Cached()
  show(@Param('username') username: string): User {
    return this.known(username);
  }

  @Get('/:username/friends')
  @Cached()
  friends(@Param('username') username: string): Friend[] {
    this.known(username);
    return this.users.friendsOf(username);
  }

  @Put('/:username/avatar')
  @InvalidatesCache(pathsThatShow)
  changeAvatar(@Param('username') username: string, @Body() avatar: Avatar): ChangedAvatar {
    // routing-controllers does not validate the members of an array.
    if (Array.isArray(avatar)) throw new BadRequestError('The body must be one avatar, not an array.');
    this.known(username);
    this.users.changeAvatar(username, avatar.url);
    return new ChangedAvatar(username, avatar.url, this.users.friendNamesOf(username));
  }

  private known(username: string): User {
    const user = this.users.find(username);
    if (user === undefined) throw new NotFoundError(`There is no user "${username}". GET /users lists those that there are.`);
    return user;
  }
}
