import type { DataSource, EntityManager } from 'typeorm';
import { Get, JsonController, Param } from 'routing-controllers';
import { cache, Cached, onCacheEvent } from '../../lib/index.js';
import { tables } from '../../lib/typeorm.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { MAJORS, sqliteShop, type Label, type Post, type User } from '../support/shop.js';

startAfresh();

describe.each(MAJORS)('changes with $major', ({ orm }) => {
  let db: DataSource;
  let server: TestServer;
  let errors: string[];

  @JsonController()
  class Pages {
    @Get('/users')
    @Cached({ tags: 'derived' })
    users() {
      return db.getRepository<User>('user').find({ order: { id: 'ASC' } });
    }

    @Get('/users/:id')
    @Cached({ tags: 'derived', statuses: [200, 204, 404] })
    user(@Param('id') id: number) {
      return db.getRepository<User>('user').findOneBy({ id });
    }

    @Get('/posts')
    @Cached({ tags: 'derived' })
    posts() {
      return db.getRepository<Post>('post').find({ relations: { labels: true } });
    }

    @Get('/labels')
    @Cached({ tags: 'derived' })
    labels() {
      return db.getRepository<Label>('label').find();
    }
  }

  const PAGES = ['/users', '/users/1', '/users/2', '/posts', '/labels'];

  beforeEach(async () => {
    errors = [];
    cache.configure({ onError: ({ message }) => errors.push(message) });
    db = await sqliteShop(orm);
    server = await TestServer.ofControllers([Pages]);
    await users().save([{ name: 'ann' }, { name: 'bob' }]);
    await posts().save({ title: 'first', user: { id: 1 } as User, labels: [{ code: 'new', text: 'New' }] });
    await posts().save({ title: 'second', user: { id: 2 } as User, labels: [] });
  });

  afterEach(async () => {
    await db.destroy();
  });

  const users = () => db.getRepository<User>('user');
  const posts = () => db.getRepository<Post>('post');
  const labels = () => db.getRepository<Label>('label');

  /** Stores all pages, makes a change, and returns the pages that it invalidated. */
  async function invalidatedBy(change: () => Promise<unknown>): Promise<string[]> {
    for (const page of PAGES) await server.get(page);
    for (const page of PAGES) expect([page, (await server.get(page)).outcome]).toEqual([page, 'hit']);
    await change();
    const outcomes = await Promise.all(PAGES.map(async page => ({ page, outcome: (await server.get(page)).outcome })));
    return outcomes.filter(({ outcome }) => outcome !== 'hit').map(({ page }) => page);
  }

  const changes: [string, (manager: EntityManager) => Promise<unknown>, string[]][] = [
    ['insert', () => users().insert({ name: 'carl' }), ['/users']],
    ['save of a new entity', () => users().save({ name: 'carl' }), ['/users']],
    [
      'save of a loaded entity',
      async () => users().save({ ...(await users().findOneByOrFail({ id: 1 })), name: 'x' }),
      ['/users', '/users/1'],
    ],
    ['update by a primary key', () => users().update(2, { name: 'x' }), ['/users', '/users/2']],
    ['update by a condition', () => users().update({ name: 'ann' }, { name: 'x' }), ['/users', '/users/1', '/users/2']],
    ['update of a primary key', () => labels().update('new', { code: 'old' }), ['/posts', '/labels']],
    ['increment', () => users().increment({ id: 1 }, 'visits', 1), ['/users', '/users/1']],
    ['upsert', () => users().upsert({ id: 1, name: 'x' }, ['id']), ['/users', '/users/1', '/users/2']],
    ['soft removal', () => users().softDelete(1), ['/users', '/users/1']],
    ['restoration', () => users().restore(1), ['/users', '/users/1']],
    [
      'remove, with the foreign keys of the database',
      async () => users().remove(await users().findOneByOrFail({ id: 1 })),
      ['/users', '/users/1', '/posts'],
    ],
    ['delete', () => labels().delete('none'), ['/posts', '/labels']],
    [
      'a query builder',
      manager => manager.createQueryBuilder().update('user').set({ name: 'x' }).where('id = :id', { id: 1 }).execute(),
      ['/users', '/users/1'],
    ],
    ['an entity manager', manager => manager.update('user', { id: 2 }, { name: 'x' }), ['/users', '/users/2']],
    ['a cascade', () => posts().save({ title: 'third', user: { name: 'dora' } as User, labels: [] }), ['/users', '/posts']],
    ['a junction table', () => db.createQueryBuilder().relation('post', 'labels').of(2).add('new'), ['/posts']],
    [
      'a transaction',
      () => db.transaction(manager => manager.getRepository<User>('user').update(1, { name: 'x' })),
      ['/users', '/users/1'],
    ],
  ];
  it.each(changes)('invalidates exactly the pages that read the changed rows: %s', async (_, change, expected) => {
    expect(await invalidatedBy(() => change(db.manager))).toEqual(expected);
    expect(errors).toEqual([]);
  });

  it('invalidates the whole table with clear', async () => {
    expect(await invalidatedBy(() => db.getRepository('Animal').clear())).toEqual([]);
    await db.query('PRAGMA foreign_keys = OFF');
    expect(await invalidatedBy(() => users().clear())).toEqual(['/users', '/users/1', '/users/2', '/posts']);
    expect(errors).toEqual([]);
  });

  it('invalidates nothing after a rollback', async () => {
    const failing = db.transaction(async manager => {
      await manager.getRepository<User>('user').update(1, { name: 'x' });
      throw new Error('no');
    });
    expect(await invalidatedBy(() => failing.catch(() => undefined))).toEqual([]);
  });

  it('invalidates after the outermost transaction, and nothing of a savepoint that was rolled back', async () => {
    const during: string[] = [];
    const stop = onCacheEvent('invalidated', ({ tags }) => during.push(...tags));
    const change = () =>
      db.transaction(async manager => {
        await manager.transaction(inner => inner.getRepository<User>('user').update(1, { name: 'x' }));
        await manager
          .transaction(async inner => {
            await inner.getRepository<Label>('label').insert({ code: 'lost', text: 'Lost' });
            throw new Error('no');
          })
          .catch(() => undefined);
        expect(during).toEqual([]);
      });
    expect(await invalidatedBy(change)).toEqual(['/users', '/users/1']);
    stop();
  });

  it('invalidates before the promise of the change resolves, and a response computed during a commit is not stored', async () => {
    const before = await server.get('/users/1');
    await users().update(1, { name: 'x' });
    const after = await server.get('/users/1');
    expect([before.text.includes('ann'), after.text.includes('"x"')]).toEqual([true, true]);
  });

  it('does not store a read in a transaction that began elsewhere, or that has changes', async () => {
    await db.transaction(async manager => {
      const open = await server.get('/users');
      expect(open.headers['cache-status']).toContain('it reads in a transaction that began outside of it');
      await manager.getRepository<User>('user').insert({ name: 'ghost' });
      expect((await server.get('/users')).headers['cache-status']).toContain('not stored');
    });
    await server.get('/users');
    expect((await server.get('/users')).outcome).toBe('hit');
  });

  it('follows raw SQL that changes an entity, and reports it once', async () => {
    const raw = () => db.query("UPDATE users SET name = 'raw' WHERE id = 1");
    expect(await invalidatedBy(raw)).toEqual(['/users', '/users/1']);
    await raw();
    expect(errors).toEqual([expect.stringMatching(/^CACHE_RAW_CHANGE: .*cache\.changing\(tables\('users'\), /)]);
  });

  it('reports raw SQL once for each table, with any values in its text', async () => {
    for (const id of [1, 2]) await db.query(`UPDATE users SET name = 'raw ${id}' WHERE id = ${id}`);
    expect(errors).toHaveLength(1);
    await db.query("UPDATE posts SET title = 'raw'");
    expect(errors).toHaveLength(2);
  });

  it('follows raw SQL in a change that names its tables, and reports nothing', async () => {
    const raw = () => db.query("UPDATE users SET name = 'raw'");
    expect(await invalidatedBy(() => cache.changing(tables('user', 'label'), raw))).toEqual([
      '/users',
      '/users/1',
      '/users/2',
      '/posts',
      '/labels',
    ]);
    expect(errors).toEqual([]);
  });

  it('follows transactions of raw SQL', async () => {
    const run = async (end: string) => {
      const runner = db.createQueryRunner();
      await runner.query('BEGIN');
      await runner.query("UPDATE users SET name = 'raw' WHERE id = 2");
      await runner.query(end);
    };
    expect(await invalidatedBy(() => run('ROLLBACK'))).toEqual([]);
    expect(await invalidatedBy(() => run('COMMIT'))).toEqual(['/users', '/users/2']);
    const savepoint = async () => {
      const runner = db.createQueryRunner();
      await runner.query('SAVEPOINT own');
      await runner.query("UPDATE users SET name = 'again' WHERE id = 2");
      await runner.query('RELEASE SAVEPOINT own');
    };
    expect(await invalidatedBy(savepoint)).toEqual(['/users', '/users/2']);
  });
});
