import { Get, JsonController, NotFoundError, Param, QueryParam, Req } from 'routing-controllers';
import type { Request } from 'express';
import { CacheDefaults, cache, Cached, type Action } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';

startAfresh();

let runs: number;
beforeEach(() => (runs = 0));

const header = (name: string) => (action: Action) => (action.request as Request).get(name) ?? '';

@JsonController('/options')
class OptionsController {
  @Get('/short')
  @Cached({ timeout: 10 })
  short() {
    return ++runs;
  }

  @Get('/forever')
  @Cached({ timeout: 0 })
  forever() {
    return ++runs;
  }

  @Get('/by-default')
  @Cached()
  byDefault() {
    return ++runs;
  }

  @Get('/unless')
  @Cached({ unless: action => Promise.resolve(header('x-preview')(action) !== '') })
  unless() {
    return ++runs;
  }

  @Get('/forced')
  @Cached({ forcedUpdate: action => header('x-refresh')(action) !== '' })
  forced() {
    return ++runs;
  }

  @Get('/filtered/:text')
  @Cached({
    responseFilter: ({ status, headers, body }) => status === 200 && 'content-type' in headers && !body.includes('draft'),
  })
  filtered(@Param('text') text: string) {
    return { text, runs: ++runs };
  }

  @Get('/own-key')
  @Cached({ makeCacheKey: (_action, args: [Request]) => `${args[0].get('x-key')}` })
  ownKey(@Req() _request: Request) {
    return ++runs;
  }

  @Get('/tenant')
  @Cached({ varyBy: header('x-tenant') })
  tenant() {
    return ++runs;
  }

  @Get('/missing/:id')
  @Cached({ statuses: [200, 404] })
  missing(@Param('id') id: string) {
    runs++;
    throw new NotFoundError(`no ${id}`);
  }

  @Get('/any-query')
  @Cached({ queryString: true })
  anyQuery() {
    return ++runs;
  }

  @Get('/declared-query')
  @Cached()
  declaredQuery(@QueryParam('limit') limit: number) {
    return { limit, runs: ++runs };
  }

  @Get('/no-query')
  @Cached({ queryString: false })
  noQuery() {
    return ++runs;
  }

  @Get('/throwing/:option')
  @Cached({
    unless: action => {
      if ((action.request as Request).params.option === 'unless') throw new Error('unless failed');
      return false;
    },
    varyBy: action => ((action.request as Request).params.option === 'vary-by' ? (undefined as unknown as string) : 'fine'),
    responseFilter: () => {
      throw new Error('filter failed');
    },
  })
  throwing(@Param('option') option: string) {
    return { option, runs: ++runs };
  }
}

@CacheDefaults({ timeout: 20, clientTimeout: 5 })
class Defaults {}

@JsonController('/defaults')
@CacheDefaults({ timeout: 30 })
class DefaultsController extends Defaults {
  @Get('/class')
  @Cached({ timeout: undefined })
  ofClass() {
    return ++runs;
  }

  @Get('/method')
  @Cached({ timeout: 5 })
  ofMethod() {
    return ++runs;
  }

  @Get('/uncached')
  uncached() {
    return ++runs;
  }
}

const start = () => TestServer.ofControllers([OptionsController, DefaultsController]);

describe('timeout', () => {
  it('is the number of seconds for which a response stays fresh, and ttl is the rest of them', async () => {
    const time = holdTime();
    const server = await start();
    await server.get('/options/short');
    time.forwardSeconds(9.5);
    expect((await server.get('/options/short')).headers['cache-status']).toBe('routing-controllers-cache; hit; ttl=1');
    time.forwardSeconds(0.5);
    expect(await server.get('/options/short')).toMatchObject({ outcome: 'fwd=miss', text: '2' });
  });

  it('of 0 never expires, and has no ttl', async () => {
    const time = holdTime();
    const server = await start();
    await server.get('/options/forever');
    time.forwardSeconds(1e9);
    expect((await server.get('/options/forever')).headers['cache-status']).toBe('routing-controllers-cache; hit');
  });

  it('comes from the method, the class, its base class or the configuration, in this order; undefined never overrides', async () => {
    cache.configure({ defaultTimeout: 40 });
    holdTime();
    const server = await start();
    const ttl = async (path: string) => {
      await server.get(path);
      return (await server.get(path)).headers['cache-status'];
    };
    expect(await ttl('/defaults/method')).toMatch(/ttl=5$/);
    expect(await ttl('/defaults/class')).toMatch(/ttl=30$/);
    expect(await ttl('/options/by-default')).toMatch(/ttl=40$/);
    expect((await server.get('/defaults/class')).headers['cache-control']).toBe('max-age=5');
  });

  it('of a class alone caches nothing', async () => {
    const server = await start();
    await server.get('/defaults/uncached');
    expect((await server.get('/defaults/uncached')).text).toBe('2');
    expect((await server.get('/defaults/uncached')).headers['cache-status']).toBeUndefined();
  });
});

describe('unless', () => {
  it('bypasses the cache for reads and writes', async () => {
    const server = await start();
    const bypass = await server.get('/options/unless', { 'x-preview': '1' });
    expect(bypass.headers['cache-status']).toBe('routing-controllers-cache; fwd=bypass; detail="unless"');
    expect((await server.get('/options/unless')).text).toBe('2');
    expect((await server.get('/options/unless', { 'x-preview': '1' })).text).toBe('3');
    expect(await server.get('/options/unless')).toMatchObject({ outcome: 'hit', text: '2' });
    expect(cache.stats()).toMatchObject({ bypasses: 2, misses: 1, hits: 1 });
  });
});

describe('forcedUpdate', () => {
  it('computes and stores a new response', async () => {
    const server = await start();
    await server.get('/options/forced');
    expect(await server.get('/options/forced', { 'x-refresh': '1' })).toMatchObject({ outcome: 'fwd=miss', text: '2' });
    expect(await server.get('/options/forced')).toMatchObject({ outcome: 'hit', text: '2' });
  });
});

describe('responseFilter', () => {
  it('sends a refused response, but does not store it', async () => {
    const server = await start();
    expect((await server.get('/options/filtered/draft')).text).toContain('"runs":1');
    expect((await server.get('/options/filtered/draft')).text).toContain('"runs":2');
    await server.get('/options/filtered/final');
    expect((await server.get('/options/filtered/final')).outcome).toBe('hit');
  });
});

describe('makeCacheKey', () => {
  it('replaces the derived key, also if the request would bypass the cache without it', async () => {
    const server = await start();
    await server.get('/options/own-key?a=1', { 'x-key': 'one', authorization: 'Bearer a' });
    expect(await server.get('/options/own-key?a=2', { 'x-key': 'one', authorization: 'Bearer b' })).toMatchObject({
      outcome: 'hit',
    });
    expect(await server.get('/options/own-key?a=1', { 'x-key': 'two' })).toMatchObject({ outcome: 'fwd=miss' });
  });

  it('leaves the path attached for invalidation', async () => {
    const server = await start();
    await server.get('/options/own-key', { 'x-key': 'one' });
    await cache.invalidate('/options/own-key');
    expect(await server.get('/options/own-key', { 'x-key': 'one' })).toMatchObject({ outcome: 'fwd=miss' });
  });
});

describe('varyBy', () => {
  it('is a further part of the key', async () => {
    const server = await start();
    expect((await server.get('/options/tenant', { 'x-tenant': 'a' })).text).toBe('1');
    expect((await server.get('/options/tenant', { 'x-tenant': 'b' })).text).toBe('2');
    expect(await server.get('/options/tenant', { 'x-tenant': 'a' })).toMatchObject({ outcome: 'hit', text: '1' });
  });

  it('of the configuration is part of every key', async () => {
    cache.configure({ varyBy: header('x-tenant') });
    const server = await start();
    expect((await server.get('/options/by-default', { 'x-tenant': 'a' })).text).toBe('1');
    expect((await server.get('/options/by-default', { 'x-tenant': 'b' })).text).toBe('2');
    expect((await server.get('/options/own-key', { 'x-key': 'k', 'x-tenant': 'a' })).text).toBe('3');
    expect((await server.get('/options/own-key', { 'x-key': 'k', 'x-tenant': 'b' })).text).toBe('4');
  });
});

describe('statuses', () => {
  it('that are listed are stored, also where the method throws them', async () => {
    const server = await start();
    const miss = await server.get('/options/missing/7');
    const hit = await server.get('/options/missing/7');
    expect([miss.status, hit.status, hit.outcome, runs]).toEqual([404, 404, 'hit', 1]);
    expect(hit.text).toBe(miss.text);
  });
});

describe('queryString', () => {
  it('true takes the whole query string, in any order', async () => {
    const server = await start();
    await server.get('/options/any-query?a=1&b=2&b=3');
    expect((await server.get('/options/any-query?b=2&a=1&b=3')).outcome).toBe('hit');
    expect((await server.get('/options/any-query?b=3&a=1&b=2')).outcome).toBe('fwd=miss');
    expect((await server.get('/options/any-query?a=1&b=2')).outcome).toBe('fwd=miss');
  });

  it('by default is the declared parameters, converted, and nothing else', async () => {
    const server = await start();
    await server.get('/options/declared-query?limit=10');
    expect((await server.get('/options/declared-query?limit=010&junk=1')).outcome).toBe('hit');
    expect((await server.get('/options/declared-query?limit=11')).outcome).toBe('fwd=miss');
    expect((await server.get('/options/declared-query')).outcome).toBe('fwd=miss');
  });

  it('false takes none', async () => {
    const server = await start();
    await server.get('/options/no-query?a=1');
    expect((await server.get('/options/no-query?a=2')).outcome).toBe('hit');
  });
});

describe('an option that fails', () => {
  it.each(['unless', 'vary-by', 'filter'])('(%s) is reported, and the request is answered', async option => {
    const errors: Error[] = [];
    cache.configure({ onError: error => errors.push(error) });
    const server = await start();
    for (const run of [1, 2]) {
      expect(await server.get(`/options/throwing/${option}`)).toMatchObject({
        status: 200,
        text: JSON.stringify({ option, runs: run }),
      });
    }
    expect(errors[0]!.message).toMatch(/^CACHE_(OPTION_FAILED|NOT_KEYED): OptionsController\.throwing: .*/);
    expect(cache.stats().entries).toBe(0);
  });
});
