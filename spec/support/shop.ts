import Libsql from 'libsql';
import * as typeorm from 'typeorm';
import * as typeorm03 from 'typeorm03';
import { followEntities } from '../../lib/typeorm.js';

/** The majors of TypeORM that the library supports. Both have the same interface as far as the specs use it. */
export const MAJORS = [
  { major: 'TypeORM 1', orm: typeorm },
  { major: 'TypeORM 0.3', orm: typeorm03 as unknown as typeof typeorm },
] as const;

export type Orm = typeof typeorm;

export interface User {
  id: number;
  name: string;
  visits: number;
  deletedAt: Date | null;
  posts?: Post[];
}

export interface Post {
  id: number;
  title: string;
  user: User | null;
  labels: Label[];
}

export interface Label {
  code: string;
  text: string;
}

interface Topic {
  id: number;
  name: string;
  parent: Topic | null;
}

/** The entities of a shop: relations, a junction table, a tree, a view, and two entities in one table. */
function entitiesOf({ EntitySchema }: Orm): typeorm.MixedList<typeorm.EntitySchema> {
  const id = { type: Number, primary: true, generated: true } as const;
  class Animal {
    id!: number;
    name!: string;
  }
  class Cat extends Animal {
    lives!: number;
  }
  return [
    new EntitySchema<User>({
      name: 'user',
      tableName: 'users',
      columns: {
        id,
        name: { type: String },
        visits: { type: Number, default: 0 },
        deletedAt: { type: Date, deleteDate: true, nullable: true },
      },
      relations: { posts: { type: 'one-to-many', target: 'post', inverseSide: 'user' } },
    }),
    new EntitySchema<Post>({
      name: 'post',
      tableName: 'posts',
      columns: { id, title: { type: String } },
      relations: {
        user: { type: 'many-to-one', target: 'user', inverseSide: 'posts', onDelete: 'CASCADE', nullable: true, cascade: true },
        labels: { type: 'many-to-many', target: 'label', joinTable: { name: 'post_labels' }, cascade: true },
      },
    }),
    new EntitySchema<Label>({
      name: 'label',
      tableName: 'labels',
      columns: { code: { type: String, primary: true }, text: { type: String } },
    }),
    new EntitySchema<Topic>({
      name: 'topic',
      tableName: 'topics',
      trees: [{ type: 'closure-table' }],
      columns: { id, name: { type: String } },
      relations: {
        parent: { type: 'many-to-one', target: 'topic', treeParent: true, nullable: true, inverseSide: 'children' },
        children: { type: 'one-to-many', target: 'topic', treeChildren: true, inverseSide: 'parent' },
      } as never,
    }),
    new EntitySchema<{ name: string }>({
      name: 'name',
      tableName: 'names',
      type: 'view',
      expression: 'SELECT "name" FROM "users"',
      columns: { name: { type: String } },
    }),
    new EntitySchema<Animal>({
      target: Animal,
      name: 'Animal',
      tableName: 'animals',
      inheritance: { pattern: 'STI', column: { name: 'kind', type: String } as never },
      columns: { id, name: { type: String } },
    }),
    new EntitySchema<Cat>({
      target: Cat,
      name: 'Cat',
      type: 'entity-child',
      discriminatorValue: 'cat',
      columns: { id, name: { type: String }, lives: { type: Number, default: 9 } },
    }),
  ];
}

/** A followed database in PostgreSQL. */
export async function postgresShop(orm: Orm, url: string, isNew = true): Promise<typeorm.DataSource> {
  const dataSource = new orm.DataSource({
    type: 'postgres',
    url,
    entities: entitiesOf(orm) as never,
    dropSchema: isNew,
    synchronize: isNew,
  });
  followEntities(dataSource);
  return dataSource.initialize();
}

/** A followed database in a file of SQLite, or in memory. */
export async function sqliteShop(orm: Orm, database = ':memory:', isNew = true): Promise<typeorm.DataSource> {
  const dataSource = new orm.DataSource({
    type: 'better-sqlite3',
    driver: Libsql,
    database,
    // Another process may write.
    prepareDatabase: connection => void (connection as { pragma(text: string): unknown }).pragma('busy_timeout = 10000'),
    entities: entitiesOf(orm) as never,
    synchronize: isNew,
  });
  followEntities(dataSource);
  return dataSource.initialize();
}
