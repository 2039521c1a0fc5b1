import type { DataSource } from 'typeorm';
import { Get, JsonController, Param } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { table } from '../../lib/typeorm.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { MAJORS, sqliteShop, type Post, type User } from '../support/shop.js';

startAfresh();

describe.each(MAJORS)('reads of derived tags with $major', ({ orm }) => {
  let db: DataSource;
  let read: (id: number) => Promise<unknown>;
  let server: TestServer;

  @JsonController()
  class Pages {
    @Get('/page/:id')
    @Cached({ tags: 'derived' })
    async page(@Param('id') id: number) {
      return { data: await read(id) };
    }
  }

  beforeEach(async () => {
    db = await sqliteShop(orm);
    server = await TestServer.ofControllers([Pages]);
    await db.getRepository<User>('user').save([{ name: 'ann' }, { name: 'bob' }]);
    await db.getRepository<Post>('post').save([
      { title: 'first', user: { id: 1 } as User, labels: [{ code: 'new', text: 'New' }] },
      { title: 'second', user: { id: 2 } as User, labels: [] },
    ]);
  });

  afterEach(async () => {
    await db.destroy();
  });

  /** Requests a page until it is a hit. */
  async function fill(id = 1): Promise<void> {
    await server.get(`/page/${id}`);
    const answer = await server.get(`/page/${id}`);
    expect(answer.headers['cache-status']).toBe('routing-controllers-cache; hit; ttl=300');
  }

  const outcome = async (id = 1): Promise<string | undefined> => (await server.get(`/page/${id}`)).outcome;
  const users = () => db.getRepository<User>('user');
  const posts = () => db.getRepository<Post>('post');

  it('depends on the row of an entity that is loaded by its primary key, and on no other row', async () => {
    read = id => users().findOneBy({ id });
    await fill();
    await users().update(2, { name: 'bobby' });
    await users().insert({ name: 'carl' });
    await posts().update(1, { title: 'changed' });
    expect(await outcome()).toBe('hit');
    await users().update(1, { name: 'anna' });
    expect(await outcome()).toBe('fwd=miss');
    expect((await server.get('/page/1')).text).toContain('anna');
  });

  it('sees a later insert of a row that was not found', async () => {
    read = id => users().findOneBy({ id });
    await fill(3);
    await users().save({ name: 'carl' });
    expect((await server.get('/page/3')).text).toContain('carl');
    await fill(9);
    await users().insert({ id: 9, name: 'iris' });
    expect((await server.get('/page/9')).text).toContain('iris');
  });

  const lists: [string, () => Promise<unknown>][] = [
    ['find', () => users().find()],
    ['a condition', () => users().findBy({ name: 'ann' })],
    ['count', () => users().count()],
    ['exists', () => users().existsBy({ name: 'carl' })],
    ['findAndCount', () => users().findAndCount({ take: 1, order: { name: 'ASC' } })],
    ['an aggregate', () => users().maximum('id')],
    ['a query builder', () => users().createQueryBuilder('u').where('u.name LIKE :name', { name: 'a%' }).getMany()],
    [
      'a subquery',
      () => db.createQueryBuilder().select('p').from('post', 'p').where('p.user IN (SELECT "u"."id" FROM "users" "u")').getMany(),
    ],
    ['getRawMany', () => users().createQueryBuilder('u').select('COUNT(*)', 'count').getRawMany()],
    [
      'a condition on a primary key or anything else',
      () => users().createQueryBuilder('u').where('u.id = 1 OR u.visits > 5').getMany(),
    ],
    ['the negation of a primary key', () => users().createQueryBuilder('u').where('NOT (u.id = 1)').getMany()],
  ];
  it.each(lists)('depends on the table with %s', async (_, find) => {
    read = find;
    await fill();
    await posts().update(1, { title: 'unrelated' });
    // With a subquery, the posts themselves are read.
    if (!find.toString().includes("'post'")) expect(await outcome()).toBe('hit');
    await fill();
    await users().insert({ name: 'carl' });
    expect(await outcome()).toBe('fwd=miss');
  });

  it('depends on the tables of relations, and on the one row of the entity', async () => {
    read = id => posts().findOne({ where: { id }, relations: { user: true, labels: true } });
    await fill();
    await posts().update(2, { title: 'other' });
    expect(await outcome()).toBe('hit');
    await db.createQueryBuilder().relation('post', 'labels').of(2).add('new');
    expect(await outcome()).toBe('fwd=miss');
    await fill();
    await db.getRepository('label').update('new', { text: 'Newest' });
    expect(await outcome()).toBe('fwd=miss');
    await fill();
    await users().update(1, { name: 'anna' });
    expect((await server.get('/page/1')).text).toContain('anna');
  });

  it('depends on the row by a query builder, by In, and in another form of the key', async () => {
    for (const find of [
      (id: number) =>
        users()
          .createQueryBuilder('u')
          .where('u.id = :id', { id: String(id) })
          .getOne(),
      (id: number) => users().findBy({ id: orm.In([id]) }),
      (id: number) => users().findOneByOrFail({ id: `0${id}` as unknown as number }),
    ]) {
      read = find;
      await cache.clear();
      await fill();
      await users().update(1, { visits: 7 });
      expect(await outcome()).toBe('fwd=miss');
    }
  });

  it('depends on the tables of a tree and of inherited entities', async () => {
    const topics = db.getTreeRepository('topic');
    const root = await topics.save({ name: 'root' });
    read = () => topics.findTrees();
    await fill();
    await topics.save({ name: 'leaf', parent: root });
    expect((await server.get('/page/1')).text).toContain('leaf');
    read = () => db.getRepository('Animal').find();
    await cache.clear();
    await fill();
    await db.getRepository('Cat').save({ name: 'tom' });
    expect((await server.get('/page/1')).text).toContain('tom');
  });

  it('does not store a response with a read that it cannot follow, with the reason', async () => {
    const reasons: [() => Promise<unknown>, RegExp][] = [
      [() => db.query('SELECT count(*) FROM users'), /its SQL is raw.*cache\.tag\(table\('users'\)\)/],
      [() => db.getRepository('name').find(), /it reads the view names/],
      [() => users().createQueryBuilder('u').select('likelihood(u.id, 0.5)', 's').getRawMany(), /the function likelihood/],
      [
        () => db.createQueryBuilder().select('*').from('sqlite_master', 'm').getRawMany(),
        /sqlite_master, which is the table of no entity/,
      ],
      [() => Promise.resolve('no query'), /no query of a followed data source/],
    ];
    for (const [find, reason] of reasons) {
      read = find;
      await server.get('/page/1');
      const answer = await server.get('/page/1');
      expect([answer.outcome, answer.headers['cache-status']]).toEqual(['fwd=miss', expect.stringMatching(reason)]);
    }
  });

  it('stores raw SQL and views whose tables the author names', async () => {
    for (const find of [() => db.query('SELECT count(*) AS c FROM users'), () => db.getRepository('name').find()]) {
      read = () => {
        cache.tag(table('user'));
        return find();
      };
      await cache.clear();
      await fill();
      await users().insert({ name: 'carl' });
      expect(await outcome()).toBe('fwd=miss');
    }
  });
});
