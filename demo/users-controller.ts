import { BadRequestError, Body, Get, JsonController, NotFoundError, Param, Put, QueryParams } from 'routing-controllers';
import { Service } from 'typedi';
import { Cached, CacheDefaults, ChangesNothing } from '../lib/index.js';
import { Avatar } from './avatar.js';
import { Page } from './page.js';
import { Users, type Friend, type ListedUser, type User } from './users.js';

@Service()
@JsonController('/users')
@CacheDefaults({ timeout: 600 })
export class UsersController {
  constructor(private readonly users: Users) {}

  @Get()
  @Cached({ timeout: 60 })
  list(@QueryParams() { limit = 20, offset = 0, name = '' }: Page): Promise<ListedUser[]> {
    return this.users.page(limit, offset, name);
  }

  @Get('/:username')
  @Cached()
  show(@Param('username') username: string): Promise<User> {
    return this.known(username);
  }

  /** Shows the avatars of friends. An invalidation of the memoized list invalidates this response too. */
  @Get('/:username/friends')
  @Cached()
  async friends(@Param('username') username: string): Promise<Friend[]> {
    await this.known(username);
    return this.users.friendsOf(username);
  }

  /** The method itself changes nothing. The service declares its change. */
  @Put('/:username/avatar')
  @ChangesNothing()
  async changeAvatar(@Param('username') username: string, @Body() avatar: Avatar): Promise<Pick<User, 'username' | 'avatar'>> {
    // routing-controllers does not validate the members of an array.
    if (Array.isArray(avatar)) throw new BadRequestError('The body must be one avatar, not an array.');
    await this.known(username);
    await this.users.changeAvatar(username, avatar.url);
    return { username, avatar: avatar.url };
  }

  private async known(username: string): Promise<User> {
    const user = await this.users.find(username);
    if (user === undefined) throw new NotFoundError(`There is no user "${username}". GET /users lists those that there are.`);
    return user;
  }
}
