import type { DataSource } from 'typeorm';
import { JsonController, OnUndefined, Put } from 'routing-controllers';
import { cache } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';
import { describeWith } from '../../test-servers/installed.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { MAJORS, sqliteShop, type User } from '../support/shop.js';

startAfresh();

describeWith('redis-server', "commits with whenUnreachable: 'refuse'", () => {
  describe.each(MAJORS)('with $major', ({ orm }) => {
    let db: DataSource;
    let redis: RedisServer;

    beforeEach(async () => {
      redis = await RedisServer.start();
      cache.configure({ store: new RedisStore(redis.url), whenUnreachable: 'refuse', onError: () => undefined });
      db = await sqliteShop(orm);
      await db.getRepository<User>('user').insert({ name: 'old' });
    });
    afterEach(async () => {
      await db.destroy();
      await redis.stop();
    });

    it('commit nothing and answer 503 while the store is gone', async () => {
      const users = () => db.getRepository<User>('user');

      @JsonController()
      class Pages {
        @Put('/alone')
        @OnUndefined(204)
        async alone() {
          await users().update(1, { name: 'new' });
        }

        @Put('/transaction')
        @OnUndefined(204)
        async transaction() {
          await db.transaction(manager => manager.update('user', 1, { name: 'new' }));
        }
      }
      const server = await TestServer.ofControllers([Pages]);
      await redis.stop();
      for (const path of ['/alone', '/transaction']) {
        const { status } = await server.send(path, { method: 'PUT' });
        expect([path, status]).toEqual([path, 503]);
        expect(await users().findOneBy({ id: 1 })).toMatchObject({ name: 'old' });
        // The refused transaction is over.
        expect(db.createQueryRunner().isTransactionActive).toBe(false);
      }
    });
  });
});
