import Libsql from 'libsql';
import { DataSource } from 'typeorm';
import { followEntities } from '../../lib/typeorm.js';
import { FriendshipEntity, UserEntity } from './entities.js';

/** Opens the filled database in a file with TypeORM. The cache follows its reads and its commits. */
export async function followDatabase(path: string): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'better-sqlite3',
    driver: Libsql,
    database: path,
    entities: [UserEntity, FriendshipEntity],
  });
  followEntities(dataSource);
  return dataSource.initialize();
}
