import type { DataSource } from 'typeorm';
import * as typeorm from 'typeorm';
import { Get, JsonController, Post } from 'routing-controllers';
import { cache, Cached, Memoized } from '../../lib/index.js';
import { followEntities, table, tables } from '../../lib/typeorm.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { sqliteShop, type User } from '../support/shop.js';

startAfresh();

let db: DataSource;

beforeEach(async () => {
  db = await sqliteShop(typeorm);
});
afterEach(async () => {
  await db.destroy();
});

const users = () => db.getRepository<User>('user');

class Service {
  @Memoized({ tags: 'derived' })
  async followed(): Promise<number> {
    return users().count();
  }

  @Memoized()
  async notFollowed(): Promise<number> {
    return users().count();
  }

  @Memoized()
  async rate(): Promise<number> {
    return Promise.resolve(1.1);
  }
}

const service = new Service();

@JsonController()
class Pages {
  @Get('/followed')
  @Cached({ tags: 'derived' })
  async followed() {
    return { count: await service.followed() };
  }

  @Get('/not-followed')
  @Cached({ tags: 'derived' })
  async notFollowed() {
    return { count: await service.notFollowed() };
  }

  @Get('/converted')
  @Cached({ tags: 'derived' })
  async converted() {
    return { count: (await users().count()) * (await service.rate()) };
  }

  @Post('/users')
  async add() {
    return users().save({ name: 'x' });
  }
}

describe('derived tags', () => {
  it('of a memoized result reach the responses that use it, also as a hit', async () => {
    const server = await TestServer.ofControllers([Pages]);
    await service.followed();
    for (const count of [0, 1]) {
      await server.get('/followed');
      const answer = await server.get('/followed');
      expect([answer.text, answer.outcome]).toEqual([`{"count":${count}}`, 'hit']);
      await server.send('/users', { method: 'POST' });
    }
  });

  it('prevent the storage of a response that uses a result without them, while it is computed and as a hit', async () => {
    const server = await TestServer.ofControllers([Pages]);
    for (let time = 0; time < 3; time++) {
      const { headers } = await server.get('/not-followed');
      expect(headers['cache-status']).toContain('it uses Service.notFollowed, which reads the database');
    }
  });

  it('allow a memoized result that reads no database', async () => {
    const server = await TestServer.ofControllers([Pages]);
    await server.get('/converted');
    expect((await server.get('/converted')).outcome).toBe('hit');
  });

  it('are no finding of the audit', () => {
    @JsonController()
    class Derived {
      @Get('/derived')
      @Cached({ tags: 'derived', timeout: 0 })
      show() {
        return users().find();
      }
    }
    const { actions, findings } = cache.audit();
    expect(actions.find(({ name }) => name === 'Derived.show')).toMatchObject({
      tags: [],
      hasUnknownTags: true,
      derivesTags: true,
    });
    expect(findings.filter(({ where }) => where.startsWith(Derived.name))).toEqual([]);
  });
});

describe('followEntities', () => {
  it('refuses an argument that it cannot follow', () => {
    const open = (options: object) => new typeorm.DataSource(options as never);
    expect(() => followEntities(db)).toThrow('the data source is followed already');
    expect(() => followEntities({} as never)).toThrow('is no data source of TypeORM');
    expect(() => followEntities(open({ type: 'postgres', replication: { master: {}, slaves: [] } }))).toThrow('Write settle: 2');
    expect(() => followEntities(open({ type: 'postgres' }), { settle: -1 })).toThrow('settle must be a number of seconds');
    expect(() => followEntities({ options: { type: 'mysql' }, createQueryRunner: () => undefined } as never)).toThrow(
      'the library cannot follow the SQL of "mysql"',
    );
    expect(() => table(class Unknown {})).toThrow('is no entity of a followed data source');
    expect(() => tables()).toThrow('name at least one table');
  });
});
