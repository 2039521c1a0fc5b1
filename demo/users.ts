import type Database from 'libsql';

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

/** What the demo asks of its database. */
export class Users {
  constructor(private readonly db: Database.Database) {}

  page(limit: number, offset: number, name: string): ListedUser[] {
    const query = `SELECT username, name, ${COUNTED} FROM users WHERE instr(lower(name), lower(?)) > 0 ORDER BY id LIMIT ? OFFSET ?`;
    return this.all(query, name, limit, offset);
  }

  find(username: string): User | undefined {
    return this.all<User>(`SELECT username, name, avatar, ${COUNTED} FROM users WHERE username = ?`, username)[0];
  }

  friendsOf(username: string): Friend[] {
    return this.all(FRIENDS_OF, username);
  }

  changeAvatar(username: string, url: string): void {
    this.db.prepare('UPDATE users SET avatar = ? WHERE username = ?').run(url, username);
  }

  /** `all` also where one row is expected: libsql's `get` adds its own field to the row. */
  private all<Row>(query: string, ...values: (string | number)[]): Row[] {
    return this.db.prepare(query).all(...values) as Row[];
  }
}
