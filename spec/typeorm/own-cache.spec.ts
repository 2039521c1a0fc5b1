import Libsql from 'libsql';
import type { DataSource } from 'typeorm';
import { Get, JsonController } from 'routing-controllers';
import { Cached } from '../../lib/index.js';
import { followEntities } from '../../lib/typeorm.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { MAJORS } from '../support/shop.js';

startAfresh();

describe.each(MAJORS)("TypeORM's own cache with $major", ({ orm }) => {
  let db: DataSource;

  beforeEach(async () => {
    const seat = new orm.EntitySchema<{ id: number }>({ name: 'seat', columns: { id: { type: Number, primary: true } } });
    db = new orm.DataSource({
      type: 'better-sqlite3',
      driver: Libsql,
      database: ':memory:',
      entities: [seat],
      synchronize: true,
      cache: true,
    });
    followEntities(db);
    await db.initialize();
  });
  afterEach(() => db.destroy());

  it('gives no response that is stored: its results may be old', async () => {
    @JsonController()
    class Pages {
      @Get('/cached')
      @Cached({ tags: 'derived' })
      cached() {
        return db.getRepository('seat').find({ cache: 60_000 });
      }

      @Get('/fresh')
      @Cached({ tags: 'derived' })
      fresh() {
        return db.getRepository('seat').find();
      }
    }
    const server = await TestServer.ofControllers([Pages]);
    for (let time = 0; time < 3; time++) {
      expect((await server.get('/cached')).headers['cache-status']).toContain('from its own cache of query results');
    }
    await server.get('/fresh');
    expect((await server.get('/fresh')).outcome).toBe('hit');
  });
});
