import { EntitySchema } from 'typeorm';

/** A row of the table `users`. */
export interface UserRow {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly avatar: string;
}

/** A row of the table `friendships`. Each friendship has a row for both sides. */
interface FriendshipRow {
  readonly userId: number;
  readonly friendId: number;
}

export const UserEntity = new EntitySchema<UserRow>({
  name: 'User',
  tableName: 'users',
  columns: {
    id: { type: 'integer', primary: true },
    username: { type: 'text', unique: true },
    name: { type: 'text' },
    avatar: { type: 'text' },
  },
});

export const FriendshipEntity = new EntitySchema<FriendshipRow>({
  name: 'Friendship',
  tableName: 'friendships',
  columns: {
    userId: { type: 'integer', primary: true, name: 'user_id' },
    friendId: { type: 'integer', primary: true, name: 'friend_id' },
  },
});
