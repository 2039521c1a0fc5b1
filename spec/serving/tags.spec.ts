import { BadRequestError, Get, JsonController, Param, Put, Res } from 'routing-controllers';
import type { Response } from 'express';
import { cache, Cached, InvalidatesCache, type CacheFault, type CacheOptions } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';
import { Gate } from '../support/deferred.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { describeWith } from '../../test-servers/installed.js';
import { RedisServer } from '../../test-servers/redis-server.js';

startAfresh();

const friendsOf: Record<string, string[]> = { alice: ['bob', 'carol'], dave: ['carol'] };
const avatars: Record<string, number> = {};
let gate: Gate | undefined;
let faults: CacheFault[] = [];
let prefixes = 0;

interface Friend {
  name: string;
  avatar: number;
}

@JsonController('/users')
class UsersController {
  @Get('/:name/friends')
  @Cached({ tags: (friends: Friend[]) => friends.map(({ name }) => `user:${name}`) })
  async friends(@Param('name') name: string): Promise<Friend[]> {
    const friends = (friendsOf[name] ?? []).map(friend => ({ name: friend, avatar: avatars[friend] ?? 0 }));
    await gate?.pass();
    return friends;
  }

  @Get('/count')
  @Cached({ tags: ['users', 'numbers'] })
  async count(): Promise<object> {
    const seen = { ...avatars };
    await gate?.pass();
    return seen;
  }

  @Get('/written')
  @Cached({ tags: result => [`written:${String(result)}`] })
  written(@Res() response: Response): Response {
    return response.send(String(avatars.bob ?? 0));
  }

  @Get('/wrong/:tags')
  @Cached({ tags: () => ['fine', ''] })
  wrong(): string[] {
    return [];
  }

  @Put('/:name/avatar')
  @InvalidatesCache(({ args: [name] }) => ({ paths: `/users/${name as string}`, tags: `user:${name as string}` }))
  change(@Param('name') name: string): object {
    avatars[name] = (avatars[name] ?? 0) + 1;
    return { name };
  }

  @Put('/all')
  @InvalidatesCache({ tags: ['users'] })
  changeAll(): object {
    avatars.all = (avatars.all ?? 0) + 1;
    return {};
  }

  @Put('/refused')
  @InvalidatesCache({ tags: ['users'] })
  refuse(): object {
    throw new BadRequestError('no');
  }
}

beforeEach(() => {
  for (const name of Object.keys(avatars)) Reflect.deleteProperty(avatars, name);
  gate = undefined;
  faults = [];
});

/** The promises of tags, on any store. */
function describeTags(title: string, storeNow: () => CacheOptions['store']): void {
  describe(title, () => {
    beforeEach(() => {
      cache.configure({ store: storeNow(), keyPrefix: `tags-${++prefixes}`, onError: fault => faults.push(fault) });
    });

    it('invalidates entries under other paths', async () => {
      const server = await TestServer.ofControllers([UsersController]);
      await server.get('/users/alice/friends');
      await server.get('/users/dave/friends');
      await server.put('/users/bob/avatar');
      expect(await server.get('/users/alice/friends')).toMatchObject({
        outcome: 'fwd=miss',
        text: expect.stringContaining('"avatar":1'),
      });
      expect(await server.get('/users/dave/friends')).toMatchObject({ outcome: 'hit' });
      await cache.invalidateTags(['user:carol', 'nobody']);
      expect(await server.get('/users/dave/friends')).toMatchObject({ outcome: 'fwd=miss' });
    });

    it('is fixed where it is given as a list', async () => {
      const server = await TestServer.ofControllers([UsersController]);
      await server.get('/users/count');
      await server.put('/users/refused');
      expect(await server.get('/users/count')).toMatchObject({ outcome: 'hit' });
      await server.put('/users/all');
      expect(await server.get('/users/count')).toMatchObject({ outcome: 'fwd=miss', text: '{"all":1}' });
      expect(await server.get('/users/count')).toMatchObject({ outcome: 'hit' });
    });

    it.each([
      ['/users/alice/friends', 'user:bob'],
      ['/users/count', 'numbers'],
    ])('prevents that a computation from before its invalidation is stored, or serves later requests: %s', async (path, tag) => {
      const server = await TestServer.ofControllers([UsersController]);
      const held = (gate = new Gate());
      const early = server.get(path);
      const release = await held.next();
      gate = undefined;
      avatars.bob = 1;
      await cache.invalidateTags(tag);
      expect((await server.get(path)).text).toContain('1');
      release();
      expect((await early).text).not.toContain('1');
      expect(await server.get(path)).toMatchObject({ outcome: 'hit', text: expect.stringContaining('1') });
    });

    it('from a result gets undefined if the method has answered through @Res()', async () => {
      const server = await TestServer.ofControllers([UsersController]);
      await server.get('/users/written');
      expect(await server.get('/users/written')).toMatchObject({ outcome: 'hit' });
      await cache.invalidateTags('written:undefined');
      expect(await server.get('/users/written')).toMatchObject({ outcome: 'fwd=miss' });
    });

    it('that is invalid prevents the storage of the response, and is reported', async () => {
      const server = await TestServer.ofControllers([UsersController]);
      await server.get('/users/wrong/one');
      expect(await server.get('/users/wrong/one')).toMatchObject({ status: 200, outcome: 'fwd=miss' });
      expect(faults[0]?.message).toContain('UsersController.wrong: tags failed, so the response is not stored: it returned');
    });

    it('must be a text that is not empty', async () => {
      await expect(cache.invalidateTags('')).rejects.toThrow(
        `cache.invalidateTags("") has "" for a tag. Write a string such as 'user:bob'.`,
      );
      await expect(cache.invalidateTags([5 as never])).rejects.toThrow('cache.invalidateTags(5)');
    });

    it('is counted as an invalidation', async () => {
      await cache.invalidateTags(['one', 'two']);
      expect(cache.stats().invalidations).toBe(2);
    });
  });
}

describeTags('a tag', () => 'simple');

describeWith('redis-server', 'a tag in Redis', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });

  describeTags('alone', () => new RedisStore({ url: redis.url }));
  describeTags('with a near cache', () => new RedisStore({ url: redis.url, nearCache: true }));
});

describe('the simple store', () => {
  it('forgets tags with the entries that had them', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    const before = cache.stats().bytes;
    await server.get('/users/alice/friends');
    expect(cache.stats().entries).toBe(1);
    await cache.invalidateTags('user:bob');
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: before });
  });
});
