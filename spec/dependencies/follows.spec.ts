import type { RequestListener } from 'node:http';
import type { Readable } from 'node:stream';
import { Get, JsonController, Param, Put, UseInterceptor, type InterceptorInterface } from 'routing-controllers';
import { cache, Cached, InvalidatesCache, Memoized } from '../../lib/index.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { appOf, TestServer } from '../support/server.js';
import { streamOf } from '../support/stream.js';
import { holdTime } from '../support/time.js';

startAfresh();

let avatars: Record<string, string>;
let friends: readonly string[];

beforeEach(() => {
  avatars = { ann: 'cat', bob: 'dog', cid: 'owl' };
  friends = ['ann', 'bob'];
});

class Users {
  @Memoized({ tags: (_avatar: string, name: string) => [`user:${name}`] })
  async avatar(name: string): Promise<string> {
    return Promise.resolve(avatars[name] ?? 'none');
  }

  @Memoized()
  avatarAtOnce(name: string): string {
    return avatars[name] ?? 'none';
  }

  @Memoized({ tags: (avatar: string) => [`picture:${avatar}`], unless: () => true })
  async neverKept(name: string): Promise<string> {
    return Promise.resolve(avatars[name] ?? 'none');
  }

  @Memoized({ responseFilter: () => false })
  async refused(name: string): Promise<string> {
    return Promise.resolve(avatars[name] ?? 'none');
  }

  @Memoized()
  async unkeyed(named: () => string): Promise<string> {
    return Promise.resolve(avatars[named()] ?? 'none');
  }
}

class SomeUsers extends Users {}

const users = new Users();
const someUsers = new SomeUsers();

class Lists {
  @Memoized()
  async friends(): Promise<string[]> {
    return Promise.all(friends.map(name => users.avatar(name)));
  }

  @Memoized()
  async summary(): Promise<string> {
    return (await this.friends()).join(' and ');
  }
}

const lists = new Lists();

class AddsBob implements InterceptorInterface {
  async intercept(_action: unknown, content: string): Promise<string> {
    return `${content} ${await users.avatar('bob')}`;
  }
}

async function* written(): AsyncGenerator<string> {
  yield 'first ';
  await new Promise(resolve => setImmediate(resolve));
  yield await users.avatar('bob');
}

@JsonController()
class Pages {
  @Get('/direct')
  @Cached()
  direct(): Promise<string> {
    return users.avatar('bob');
  }

  @Get('/at-once')
  @Cached()
  atOnce(): string {
    return users.avatarAtOnce('bob');
  }

  @Get('/parallel')
  @Cached()
  parallel(): Promise<string[]> {
    return lists.friends();
  }

  @Get('/chain')
  @Cached()
  chain(): Promise<string> {
    return lists.summary();
  }

  @Get('/inherited')
  @Cached()
  inherited(): Promise<string> {
    return someUsers.avatar('bob');
  }

  @Get('/intercepted')
  @UseInterceptor(AddsBob)
  @Cached()
  intercepted(): string {
    return 'and';
  }

  @Get('/stream')
  @Cached()
  stream(): Readable {
    return streamOf(written());
  }

  @Get('/never-kept')
  @Cached()
  neverKept(): Promise<string> {
    return users.neverKept('bob');
  }

  @Get('/refused')
  @Cached()
  refused(): Promise<string> {
    return users.refused('bob');
  }

  @Get('/unkeyed')
  @Cached()
  unkeyed(): Promise<string> {
    return users.unkeyed(() => 'bob');
  }

  @Get('/tagged')
  @Cached({ timeout: 10, staleWhileRevalidate: 60 })
  async tagged(): Promise<string> {
    await Promise.all([
      Promise.resolve().then(() => {
        cache.tag('user:bob');
      }),
    ]);
    return `tagged ${avatars.bob}`;
  }

  @Get('/edge')
  @Cached({ edge: true })
  edge(): Promise<string> {
    return users.avatar('bob');
  }

  @Put('/:name/avatar')
  @InvalidatesCache(({ args }) => ({ tags: [`user:${String(args[0])}`] }))
  change(@Param('name') name: string): string {
    avatars[name] = 'fox';
    return name;
  }
}

const ALL_PATHS = ['/direct', '/at-once', '/parallel', '/chain', '/inherited', '/intercepted', '/stream', '/refused', '/unkeyed'];

describeEveryStore('a response that uses memoized results', store => {
  let server: TestServer;

  beforeEach(async () => {
    store().configure();
    server = await TestServer.ofControllers([Pages]);
  });

  /** Requests a response, and waits until it is stored: with a shared store that is after the client has it. */
  async function stored(path: string): Promise<string> {
    const { text } = await server.get(path);
    await until(() => cache.stats().stores > 0);
    expect((await server.get(path)).outcome).toBe('hit');
    return text;
  }

  const method = (path: string): 'avatar' | 'avatarAtOnce' | 'refused' | 'unkeyed' =>
    (({ '/at-once': 'avatarAtOnce', '/refused': 'refused', '/unkeyed': 'unkeyed' }) as const)[path] ?? 'avatar';

  it.each(ALL_PATHS)('follows the invalidation of all results: %s', async path => {
    expect(await stored(path)).toContain('dog');
    avatars.bob = 'fox';
    await cache.invalidateMemoized(Users, method(path));
    expect((await server.get(path)).text).toContain('fox');
  });

  it.each(ALL_PATHS.filter(path => path !== '/unkeyed'))(
    'follows the invalidation of one result, and of no other: %s',
    async path => {
      await stored(path);
      await cache.invalidateMemoized(Users, method(path), ['cid']);
      expect((await server.get(path)).outcome).toBe('hit');
      avatars.bob = 'fox';
      await cache.invalidateMemoized(Users, method(path), ['bob']);
      expect((await server.get(path)).text).toContain('fox');
    },
  );

  it('follows the invalidation of any result, where the arguments of the call cannot be in a key', async () => {
    await stored('/unkeyed');
    avatars.bob = 'fox';
    await cache.invalidateMemoized(Users, 'unkeyed', ['somebody']);
    expect((await server.get('/unkeyed')).text).toContain('fox');
  });

  it.each(['/direct', '/parallel', '/chain', '/intercepted', '/stream'])(
    'follows the tags of results, by a change of another action: %s',
    async path => {
      await stored(path);
      expect((await server.put('/bob/avatar')).status).toBe(200);
      expect((await server.get(path)).text).toContain('fox');
    },
  );

  it('follows the tags of a result that is not memoized at the moment', async () => {
    await stored('/never-kept');
    avatars.bob = 'fox';
    await cache.invalidateTags('picture:dog');
    expect((await server.get('/never-kept')).text).toContain('fox');
  });

  it('follows a result that another response had computed', async () => {
    await stored('/direct');
    await server.get('/chain');
    await until(() => cache.stats().stores === 2);
    await server.put('/bob/avatar');
    expect((await server.get('/chain')).text).toContain('fox');
  });

  it('follows cache.tag anywhere in the computation, also one that was refreshed behind an expired response', async () => {
    const time = holdTime();
    await cache.reset();
    store().configure();
    expect(await stored('/tagged')).toContain('tagged dog');
    time.forwardSeconds(20);
    expect((await server.get('/tagged')).headers['cache-status']).toContain('stale');
    await until(() => cache.stats().stores === 2);
    avatars.bob = 'fox';
    await cache.invalidateTags('user:bob');
    expect((await server.get('/tagged')).text).toContain('tagged fox');
  });

  it('follows before Express too', async () => {
    const app: RequestListener = cache.edge(appOf([Pages]));
    const edge = await TestServer.start(app);
    await edge.get('/edge');
    await until(() => cache.stats().stores === 1);
    await edge.get('/edge');
    expect((await edge.get('/edge')).outcome).toBe('hit');
    await edge.put('/bob/avatar');
    expect((await edge.get('/edge')).text).toContain('fox');
  });

  it('follows in an action that was never made of results before', async () => {
    friends = [];
    for (let round = 0; round < 5; round++) {
      await server.get('/parallel');
      await cache.invalidateMemoized(Lists, 'friends');
    }
    friends = ['bob'];
    expect((await server.get('/parallel')).text).toContain('dog');
    await server.put('/bob/avatar');
    expect((await server.get('/parallel')).text).toContain('fox');
  });
});
