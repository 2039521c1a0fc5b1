import Libsql from 'libsql';
import type { DataSource, EntityManager } from 'typeorm';
import { Get, JsonController, Param } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { followEntities } from '../../lib/typeorm.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { MAJORS, type Orm } from '../support/shop.js';

startAfresh();

interface Row {
  id: number;
  name: string;
  parent?: Row | null;
}

/** A library of books: eager and lazy relations, references to a unique column, two kinds of trees, inheritance, a composite key. */
function entitiesOf({ EntitySchema }: Orm): unknown[] {
  const id = { type: Number, primary: true, generated: true } as const;
  const name = { type: String } as const;
  class Book {
    id!: number;
    name!: string;
  }
  class Comic extends Book {}
  const tree = (type: 'nested-set' | 'materialized-path', entity: string) =>
    new EntitySchema<Row>({
      name: entity,
      trees: [{ type }],
      columns: { id, name },
      relations: {
        parent: { type: 'many-to-one', target: entity, treeParent: true, nullable: true, inverseSide: 'children' },
        children: { type: 'one-to-many', target: entity, treeChildren: true, inverseSide: 'parent' },
      } as never,
    });
  return [
    new EntitySchema({
      name: 'author',
      columns: { id, name, code: { type: String, unique: true }, deletedAt: { type: Date, deleteDate: true, nullable: true } },
      relations: { notes: { type: 'one-to-many', target: 'note', inverseSide: 'author' } },
    } as never),
    new EntitySchema({
      name: 'note',
      columns: { id, name },
      relations: {
        author: {
          type: 'many-to-one',
          target: 'author',
          inverseSide: 'notes',
          joinColumn: { name: 'authorCode', referencedColumnName: 'code' },
          onDelete: 'CASCADE',
          onUpdate: 'CASCADE',
          eager: true,
        },
      },
    } as never),
    new EntitySchema({
      name: 'seat',
      columns: { row: { type: Number, primary: true }, place: { type: String, primary: true }, name },
    } as never),
    new EntitySchema({
      target: Book,
      name: 'Book',
      tableName: 'book bulk',
      inheritance: { pattern: 'STI', column: { name: 'kind', type: String } as never },
      columns: { id, name },
      relations: { authors: { type: 'many-to-many', target: 'author', lazy: true, joinTable: true } },
    } as never),
    new EntitySchema({
      target: Comic,
      name: 'Comic',
      type: 'entity-child',
      discriminatorValue: 'comic',
      columns: { id, name },
    } as never),
    tree('nested-set', 'shelf'),
    tree('materialized-path', 'room'),
  ];
}

describe.each(MAJORS)('the ways to the database with $major', ({ orm }) => {
  let db: DataSource;
  let server: TestServer;
  let errors: string[];

  type Read = (manager: EntityManager) => Promise<unknown>;
  const of = (manager: EntityManager, name: string) => manager.getRepository<Row>(name);

  /** The reads, by the names of their pages. */
  const READS: Readonly<Record<string, Read>> = {
    'an entity by its key': m => of(m, 'author').findOneBy({ id: 1 }),
    'another entity by its key': m => of(m, 'author').findOneBy({ id: 2 }),
    'a list': m => of(m, 'author').find({ order: { id: 'ASC' } }),
    'an eager relation': m => of(m, 'note').findOneBy({ id: 1 }),
    notes: m => m.createQueryBuilder('note', 'n').select('n.name', 'name').addSelect('n.authorCode', 'code').getRawMany(),
    'a lazy relation': async m => {
      const book = await of(m, 'Book').findOneBy({ id: 1 });
      return (book as { authors?: Promise<Row[]> } | null)?.authors;
    },
    'the identifiers of a relation': m =>
      m
        .createQueryBuilder('author', 'a')
        .loadAllRelationIds({ relations: ['notes'] })
        .where('a.id = 1')
        .getOne(),
    'a relation in a query of its own': m =>
      of(m, 'author').findOne({ where: { id: 1 }, relations: { notes: true }, relationLoadStrategy: 'query' } as never),
    'a composite key': m => m.getRepository('seat').findOneBy({ row: 1, place: 'a' }),
    'an inherited entity': m => of(m, 'Comic').findOneBy({ id: 2 }),
    'a nested set': m => m.getTreeRepository('shelf').findTrees(),
    'a materialized path': m => m.getTreeRepository('room').findTrees(),
    'the ancestors in a nested set': m => m.getTreeRepository('shelf').countAncestors({ id: 2 }),
  };

  @JsonController()
  class Pages {
    @Get('/:page')
    @Cached({ tags: 'derived', statuses: [200, 204, 404] })
    async page(@Param('page') page: string) {
      return { data: await READS[page]!(db.manager) };
    }
  }

  beforeEach(async () => {
    errors = [];
    cache.configure({ onError: ({ message }) => errors.push(message) });
    db = new orm.DataSource({
      type: 'better-sqlite3',
      driver: Libsql,
      database: ':memory:',
      entities: entitiesOf(orm) as never,
      synchronize: true,
    });
    followEntities(db);
    await db.initialize();
    server = await TestServer.ofControllers([Pages]);
    const authors = await db.getRepository('author').save([
      { name: 'ann', code: 'A' },
      { name: 'bob', code: 'B' },
    ]);
    await db.getRepository('note').save({ name: 'first', author: authors[0] });
    await db.getRepository('seat').insert([
      { row: 1, place: 'a', name: 'window' },
      { row: 1, place: 'b', name: 'aisle' },
    ]);
    await db.getRepository('Book').save({ name: 'novel' });
    await db.getRepository('Comic').save({ name: 'comic' });
    await db.createQueryBuilder().relation('Book', 'authors').of(1).add(1);
    for (const name of ['shelf', 'room']) {
      const root = await db.getTreeRepository(name).save({ name: 'root' });
      await db.getTreeRepository(name).save({ name: 'leaf', parent: root });
    }
  });
  afterEach(() => db.destroy());

  /** Returns the pages whose stored responses are not what the database has. Stores all pages before. */
  async function staleAfter(change: (manager: EntityManager) => Promise<unknown>): Promise<{ stale: string[]; hits: string[] }> {
    const pages = Object.keys(READS);
    const path = (page: string): string => `/${encodeURIComponent(page)}`;
    for (const page of pages) await server.get(path(page));
    for (const page of pages) expect([page, (await server.get(path(page))).outcome]).toEqual([page, 'hit']);
    await change(db.manager);
    const stale: string[] = [];
    const hits: string[] = [];
    for (const page of pages) {
      const { text, outcome } = await server.get(path(page));
      if (text !== JSON.stringify({ data: await READS[page]!(db.manager) })) stale.push(page);
      if (outcome === 'hit') hits.push(page);
    }
    return { stale, hits };
  }

  const runner = async (end: 'commitTransaction' | 'rollbackTransaction'): Promise<void> => {
    const own = db.createQueryRunner();
    await own.startTransaction();
    await own.manager.update('author', 1, { name: 'by a runner' });
    await own[end]();
    await own.release();
  };

  /** The changes, each with a page that it leaves a hit. */
  const changes: [string, (manager: EntityManager) => Promise<unknown>, string][] = [
    [
      'an update of a referenced column that is not the key',
      m => m.update('author', 1, { code: 'Z' }),
      'another entity by its key',
    ],
    ['a deletion that the database cascades', m => m.delete('author', 1), 'another entity by its key'],
    ['upsert by the manager', m => m.upsert('author', { name: 'c', code: 'A' }, ['code']), 'a composite key'],
    ['increment by the manager', m => m.increment('seat', { row: 1, place: 'a' }, 'row', 5), 'an entity by its key'],
    ['an update of a composite key', m => m.update('seat', { row: 1, place: 'a' }, { name: 'x' }), 'a list'],
    ['an update of another composite key', m => m.update('seat', { row: 1, place: 'b' }, { name: 'x' }), 'a composite key'],
    ['an update of an inherited entity', m => m.update('Comic', 2, { name: 'x' }), 'an entity by its key'],
    ['soft removal', m => m.softDelete('author', 1), 'another entity by its key'],
    ['restoration', async m => [await m.softDelete('author', 1), await m.restore('author', 1)], 'another entity by its key'],
    ['a relation', m => m.createQueryBuilder().relation('Book', 'authors').of(1).add(2), 'an entity by its key'],
    ['the end of a relation', m => m.createQueryBuilder().relation('Book', 'authors').of(1).remove(1), 'an entity by its key'],
    ['a relation to one', m => m.createQueryBuilder().relation('note', 'author').of(1).set('B'), 'an entity by its key'],
    ['clear', m => of(m, 'note').clear(), 'a list'],
    [
      'a leaf of a nested set',
      async m => m.getTreeRepository('shelf').save({ name: 'new', parent: await of(m, 'shelf').findOneBy({ id: 2 }) }),
      'a list',
    ],
    [
      'a leaf of a materialized path',
      async m => m.getTreeRepository('room').save({ name: 'new', parent: await of(m, 'room').findOneBy({ id: 1 }) }),
      'a list',
    ],
    [
      'a transaction with an isolation level',
      () => db.transaction('SERIALIZABLE', m => m.update('author', 1, { name: 'x' })),
      'another entity by its key',
    ],
    ['the transaction of a query runner', () => runner('commitTransaction'), 'another entity by its key'],
    ['a rollback of a query runner', () => runner('rollbackTransaction'), 'an entity by its key'],
    ['synchronization', () => db.synchronize(true), ''],
  ];
  it.each(changes)('show: %s', async (_, change, kept) => {
    const { stale, hits } = await staleAfter(change);
    expect(stale).toEqual([]);
    if (kept !== '') expect(hits).toContain(kept);
    expect(errors).toEqual([]);
  });
});
