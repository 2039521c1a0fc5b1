import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { Memoized } from '../../lib/index.js';
import type { Friend, ListedUser, User, UserService } from '../users.js';
import { FriendshipEntity, UserEntity, type UserRow } from './entities.js';

/** The users of the demo, with TypeORM. No method has a tag or a target: the library follows the database. */
export class FollowedUsers implements UserService {
  constructor(private readonly dataSource: DataSource) {}

  page(limit: number, offset: number, name: string): Promise<ListedUser[]> {
    return this.counted()
      .where('instr(lower(user.name), lower(:name)) > 0', { name })
      .orderBy('user.id')
      .limit(limit)
      .offset(offset)
      .getRawMany<ListedUser>();
  }

  @Memoized({ timeout: 600, tags: 'derived', responseFilter: user => user !== undefined })
  async find(username: string): Promise<User | undefined> {
    return this.counted().addSelect('user.avatar', 'avatar').where('user.username = :username', { username }).getRawOne<User>();
  }

  @Memoized({ timeout: 600, tags: 'derived' })
  async friendsOf(username: string): Promise<Friend[]> {
    return this.dataSource
      .createQueryBuilder()
      .select('friend.username', 'username')
      .addSelect('friend.name', 'name')
      .addSelect('friend.avatar', 'avatar')
      .addSelect('COUNT(common.friendId)', 'friendsInCommon')
      .from(UserEntity, 'me')
      .innerJoin('Friendship', 'mine', 'mine.userId = me.id')
      .innerJoin('User', 'friend', 'friend.id = mine.friendId')
      .innerJoin('Friendship', 'theirs', 'theirs.userId = friend.id')
      .leftJoin('Friendship', 'common', 'common.userId = me.id AND common.friendId = theirs.friendId')
      .where('me.username = :username', { username })
      .groupBy('friend.id')
      .orderBy('friendsInCommon', 'DESC')
      .addOrderBy('friend.username')
      .getRawMany<Friend>();
  }

  async changeAvatar(username: string, url: string): Promise<void> {
    await this.dataSource.getRepository(UserEntity).update({ username }, { avatar: url });
  }

  async renewAvatars(night: number): Promise<number> {
    const { affected } = await this.dataSource
      .createQueryBuilder()
      .update(UserEntity)
      .set({ avatar: () => `'https://example.org/night-' || :night || '/' || username || '.png'` })
      .where('id % 5 = :rest', { night, rest: night % 5 })
      .execute();
    return affected ?? 0;
  }

  /** Selects users with the number of their friends. */
  private counted(): SelectQueryBuilder<UserRow> {
    return this.dataSource
      .getRepository(UserEntity)
      .createQueryBuilder('user')
      .select('user.username', 'username')
      .addSelect('user.name', 'name')
      .addSelect(
        count => count.select('COUNT(*)').from(FriendshipEntity, 'friendship').where('friendship.userId = user.id'),
        'friends',
      );
  }
}
