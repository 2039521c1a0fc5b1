import { BadRequestError, NotFoundError } from 'routing-controllers';
import type { Avatar } from './avatar.js';
import type { User, UserService } from './users.js';

/** Returns a user. @throws NotFoundError if there is none with this name */
export async function knownUser(users: UserService, username: string): Promise<User> {
  const user = await users.find(username);
  if (user === undefined) throw new NotFoundError(`There is no user "${username}". GET /users lists those that there are.`);
  return user;
}

/** Changes the avatar of a user. @throws NotFoundError as `knownUser` */
export async function changeKnownAvatar(
  users: UserService,
  username: string,
  avatar: Avatar,
): Promise<Pick<User, 'username' | 'avatar'>> {
  // routing-controllers does not validate the members of an array.
  if (Array.isArray(avatar)) throw new BadRequestError('The body must be one avatar, not an array.');
  await knownUser(users, username);
  await users.changeAvatar(username, avatar.url);
  return { username, avatar: avatar.url };
}
