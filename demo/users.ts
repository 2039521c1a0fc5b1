import type Database from 'libsql';
import { InvalidatesCache, Memoized } from '../lib/index.js';

/** A user in a list. */
export interface ListedUser {
  readonly username: string;
  readonly name: string;
  readonly friends: number;
}

/** A user's own page. */
export interface User extends ListedUser {
  readonly avatar: string;
}

/** A friend of someone. */
export interface Friend {
  readonly username: string;
  readonly name: string;
  readonly avatar: string;
  readonly friendsInCommon: number;
}

const FRIENDS_OF = `
  SELECT friend.username, friend.name, friend.avatar, COUNT(common.friend_id) AS friendsInCommon
  FROM users AS me
  JOIN friendships AS mine ON mine.user_id = me.id
  JOIN users AS friend ON friend.id = mine.friend_id
  JOIN friendships AS theirs ON theirs.user_id = friend.id
  LEFT JOIN friendships AS common ON common.user_id = me.id AND common.friend_id = theirs.friend_id
  WHERE me.username = ?
  GROUP BY friend.id
  ORDER BY friendsInCommon DESC, friend.username
`;

const COUNTED = '(SELECT COUNT(*) FROM friendships WHERE user_id = users.id) AS friends';

/** The tag of everything that shows avatars. */
export const AVATARS = 'avatars';

/** The tag of everything that shows the avatar of a user. */
function avatarOf(username: string): string {
  return `user:${username}`;
}

/** The reads and the changes of users. */
export interface UserService {
  page(limit: number, offset: number, name: string): Promise<ListedUser[]>;
  find(username: string): Promise<User | undefined>;
  friendsOf(username: string): Promise<Friend[]>;
  changeAvatar(username: string, url: string): Promise<void>;
  /** Sets a new avatar for every fifth user. @returns the number of users */
  renewAvatars(night: number): number | Promise<number>;
}

/** The users of the demo. Responses that use these results follow them. */
export class Users implements UserService {
  constructor(private readonly db: Database.Database) {}

  page(limit: number, offset: number, name: string): Promise<ListedUser[]> {
    const query = `SELECT username, name, ${COUNTED} FROM users WHERE instr(lower(name), lower(?)) > 0 ORDER BY id LIMIT ? OFFSET ?`;
    return this.all(query, name, limit, offset);
  }

  @Memoized({
    timeout: 600,
    responseFilter: user => user !== undefined,
    tags: (_user: User | undefined, username: string) => [AVATARS, avatarOf(username)],
  })
  async find(username: string): Promise<User | undefined> {
    const query = `SELECT username, name, avatar, ${COUNTED} FROM users WHERE username = ?`;
    return (await this.all<User>(query, username))[0];
  }

  @Memoized({ timeout: 600, tags: (friends: Friend[]) => [AVATARS, ...friends.map(friend => avatarOf(friend.username))] })
  async friendsOf(username: string): Promise<Friend[]> {
    return await this.all<Friend>(FRIENDS_OF, username);
  }

  @InvalidatesCache(({ args }) => ({ tags: avatarOf((args as [username: string])[0]) }))
  async changeAvatar(username: string, url: string): Promise<void> {
    await Promise.resolve(this.db.prepare('UPDATE users SET avatar = ? WHERE username = ?').run(url, username));
  }

  /** The caller invalidates. */
  renewAvatars(night: number): number {
    const query = `UPDATE users SET avatar = 'https://example.org/night-${night}/' || username || '.png' WHERE id % 5 = ?`;
    return this.db.prepare(query).run(night % 5).changes;
  }

  /** Uses `all` for one row too, because `get` of libsql adds its own field to the row. */
  private all<Row>(query: string, ...values: (string | number)[]): Promise<Row[]> {
    return Promise.resolve(this.db.prepare(query).all(...values) as Row[]);
  }
}
