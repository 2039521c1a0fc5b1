import { Get, Header, InternalServerError, JsonController, Res } from 'routing-controllers';
import type { Response } from 'express';
import { cache, Cached, Memoized, SimpleStore, type CacheOptions } from '../../lib/index.js';
import { SharedStore } from '../../lib/stores/shared/shared-store.js';
import { startAfresh, until } from '../support/each.js';
import { MemoryDriver } from '../support/memory-driver.js';
import { TestServer } from '../support/server.js';
import { holdProcessClocks, type ProcessClocks } from '../support/time.js';

startAfresh();

const HOUR = 3600;

let clocks: ProcessClocks;
let server: TestServer;
let runs: number;
let fails: boolean;

beforeEach(() => {
  clocks = holdProcessClocks();
  runs = 0;
  fails = false;
});

class Friends {
  @Memoized({ timeout: 60 })
  async count(): Promise<number> {
    return Promise.resolve(++runs);
  }
}

@JsonController('/users')
class UsersController {
  @Get('/fresh')
  @Cached({ timeout: 60 })
  fresh() {
    return { run: ++runs };
  }

  @Get('/kept')
  @Cached()
  @Header('Cache-Control', 'max-age=60')
  kept() {
    return { run: ++runs };
  }

  @Get('/stale')
  @Cached({ timeout: 60, staleWhileRevalidate: 30 })
  stale() {
    return { run: ++runs };
  }

  @Get('/failing')
  @Cached({ timeout: 60, staleIfError: 30 })
  failing() {
    if (fails) throw new InternalServerError('gone');
    return { run: ++runs };
  }

  @Get('/dated')
  @Cached({ timeout: 3 })
  dated(@Res() response: Response) {
    response.set('Expires', new Date(Date.now() + 60_000).toUTCString());
    return { run: ++runs };
  }

  @Get('/memoized')
  async memoized() {
    return { run: await new Friends().count() };
  }
}

/** @returns by which run of the method a request was answered */
async function run(path: string): Promise<number> {
  const { text } = await server.get(`/users/${path}`);
  return (JSON.parse(text) as { run: number }).run;
}

const stores: readonly [string, () => CacheOptions['store']][] = [
  ['the simple store', () => 'simple'],
  ['a simple store that the application made', () => new SimpleStore()],
];

describe.each(stores)('on %s, when the clock of the process is set back an hour', (_name, store) => {
  beforeEach(async () => {
    cache.configure({ store: store() });
    server = await TestServer.ofControllers([UsersController]);
  });

  it('an entry expires at the end of its lifetime', async () => {
    await run('fresh');
    clocks.set(-HOUR);
    clocks.pass(59);
    expect(await run('fresh')).toBe(1);
    clocks.pass(1);
    expect(await run('fresh')).toBe(2);
  });

  it('an entry without requests expires', async () => {
    await run('fresh');
    clocks.pass(2 * HOUR);
    clocks.set(-HOUR);
    expect(await run('fresh')).toBe(2);
  });

  it('a hit has the age and the rest of the lifetime that it has', async () => {
    await run('kept');
    clocks.set(-HOUR);
    clocks.pass(20);
    const { headers } = await server.get('/users/kept');
    expect(headers).toMatchObject({ age: '20', 'cache-status': 'routing-controllers-cache; hit; ttl=40' });
  });

  it('a later entry has its whole lifetime', async () => {
    clocks.set(-HOUR);
    await run('fresh');
    clocks.pass(59);
    expect(await run('fresh')).toBe(1);
    clocks.pass(1);
    expect(await run('fresh')).toBe(2);
  });

  it('staleWhileRevalidate begins and ends as it should', async () => {
    await run('stale');
    clocks.set(-HOUR);
    clocks.pass(60);
    expect((await server.get('/users/stale')).headers['cache-status']).toContain('fwd=stale');
    await until(() => runs === 2);
    clocks.set(-HOUR);
    clocks.pass(90);
    expect(await run('stale')).toBe(3);
  });

  it('staleIfError ends as it should', async () => {
    await run('failing');
    fails = true;
    clocks.set(-HOUR);
    clocks.pass(89);
    expect((await server.get('/users/failing')).status).toBe(200);
    clocks.pass(1);
    expect((await server.get('/users/failing')).status).toBe(500);
  });

  it('Expires of a handler counts by the time of day', async () => {
    clocks.set(-HOUR);
    const { headers } = await server.get('/users/dated');
    expect(headers['cache-status']).toContain('fwd=miss');
    clocks.pass(58);
    expect(await run('dated')).toBe(1);
    clocks.pass(2);
    expect(await run('dated')).toBe(2);
  });

  it('a memoized result expires at the end of its lifetime', async () => {
    await run('memoized');
    clocks.set(-HOUR);
    clocks.pass(59);
    expect(await run('memoized')).toBe(1);
    clocks.pass(1);
    expect(await run('memoized')).toBe(2);
  });

  it('a value expires at the end of its lifetime', async () => {
    await cache.set('friends', 3, 60);
    clocks.set(-HOUR);
    clocks.pass(59);
    expect(await cache.get('friends')).toBe(3);
    clocks.pass(1);
    expect(await cache.get('friends')).toBeUndefined();
  });
});

describe('when the clock of the process is set forward an hour and back again', () => {
  it('entries expire early rather than late', async () => {
    server = await TestServer.ofControllers([UsersController]);
    await run('fresh');
    clocks.set(HOUR);
    expect(await run('fresh')).toBe(2);
    clocks.set(-HOUR);
    clocks.pass(59);
    expect(await run('fresh')).toBe(2);
    clocks.pass(1);
    expect(await run('fresh')).toBe(3);
  });
});

describe('on a store that processes share, when the clock of the process is set back an hour', () => {
  let driver: MemoryDriver;

  beforeEach(async () => {
    driver = new MemoryDriver();
    cache.configure({ store: { open: settings => new SharedStore(driver, settings) } });
    server = await TestServer.ofControllers([UsersController]);
  });

  function pass(seconds: number): void {
    clocks.pass(seconds);
    driver.pass(seconds * 1000);
  }

  it.each([
    ['fresh', 60],
    ['memoized', 60],
    ['stale', 90],
  ])('an entry of /users/%s lives %d s, because the store deletes it then', async (path, seconds) => {
    await run(path);
    clocks.set(-HOUR);
    pass(seconds - 1);
    expect(await run(path)).toBe(1);
    pass(1);
    expect(await run(path)).toBe(2);
  });
});
