import { BadRequestError, Body, Get, JsonController, NotFoundError, Param, Put, QueryParams } from 'routing-controllers';
import { Service } from 'typedi';
import { Cached, CacheDefaults, InvalidatesCache } from '../lib/index.js';
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
  list(@QueryParams() { limit = 20, offset = 0, name = '' }: Page): ListedUser[] {
    return this.users.page(limit, offset, name);
  }

  @Get('/:username')
  @Cached()
  show(@Param('username') username: string): User {
    return this.known(username);
  }

  /** It shows the avatars of others: each of them is a name to invalidate it by. */
  @Get('/:username/friends')
  @Cached({ tags: (friends: Friend[]) => friends.map(friend => avatarOf(friend.username)) })
  friends(@Param('username') username: string): Friend[] {
    this.known(username);
    return this.users.friendsOf(username);
  }

  @Put('/:username/avatar')
  @InvalidatesCache(({ args: [username] }) => ({ paths: '/users/:username', tags: avatarOf(username as string) }))
  changeAvatar(@Param('username') username: string, @Body() avatar: Avatar): Pick<User, 'username' | 'avatar'> {
    // routing-controllers does not validate the members of an array.
    if (Array.isArray(avatar)) throw new BadRequestError('The body must be one avatar, not an array.');
    this.known(username);
    this.users.changeAvatar(username, avatar.url);
    return { username, avatar: avatar.url };
  }

  private known(username: string): User {
    const user = this.users.find(username);
    if (user === undefined) throw new NotFoundError(`There is no user "${username}". GET /users lists those that there are.`);
    return user;
  }
}

/** The tag of every response that shows a user's avatar. */
function avatarOf(username: string): string {
  return `user:${username}`;
}
