import type { Response } from 'express';
import {
  Get,
  JsonController,
  Param,
  QueryParam,
  Res,
  UseInterceptor,
  type Action,
  type InterceptorInterface,
} from 'routing-controllers';
import { cache, cacheControl, Cached, CacheUsageError } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { TestServer } from '../support/server.js';
import { holdTime, type MovedTime } from '../support/time.js';

startAfresh();

let runs = 0;
let gate: Gate | undefined;
let time: MovedTime;

beforeEach(() => {
  runs = 0;
  gate = undefined;
  time = holdTime();
});

class TagAll implements InterceptorInterface {
  intercept(action: Action, result: unknown): unknown {
    cacheControl(action).tag('all');
    return result;
  }
}

@JsonController('/offers')
class OffersController {
  @Get('/for/:seconds')
  @Cached({ timeout: 600 })
  for(@Param('seconds') seconds: number, @Res() response: Response) {
    cacheControl(response).timeout(seconds);
    return { run: ++runs };
  }

  @Get('/header')
  @Cached({ timeout: 600 })
  header(@Res() response: Response) {
    response.set('Cache-Control', 'max-age=5');
    cacheControl(response).timeout(60);
    return { run: ++runs };
  }

  @Get('/late')
  @Cached({ timeout: 600 })
  late(@Res() response: Response) {
    response.write(String(++runs));
    cacheControl(response).timeout(5).tag('late');
    return response.end('.');
  }

  @Get('/not/:id')
  @Cached()
  not(@Param('id') id: string, @Res() response: Response) {
    if (id === 'secret') cacheControl({ request: undefined, response }).noStore();
    return { run: ++runs };
  }

  @Get('/tagged')
  @Cached({ tags: ['fixed'] })
  async tagged(@Res() response: Response, @QueryParam('tag') tag: string) {
    const run = ++runs;
    await gate?.pass();
    cacheControl(response).tag(tag, 'more');
    return { run };
  }

  @Get('/intercepted')
  @Cached()
  @UseInterceptor(TagAll)
  intercepted() {
    return { run: ++runs };
  }

  @Get('/uncached')
  uncached(@Res() response: Response) {
    cacheControl(response).noStore();
    return {};
  }

  @Get('/wrong/:what')
  @Cached()
  wrong(@Param('what') what: string, @Res() response: Response) {
    const misuses: Record<string, () => unknown> = {
      timeout: () => cacheControl(response).timeout(-1),
      tag: () => cacheControl(response).tag('fine', ''),
      of: () => cacheControl({} as Response),
      nothing: () => cacheControl(undefined as unknown as Response),
    };
    try {
      misuses[what]?.();
    } catch (error) {
      if (error instanceof CacheUsageError) return { message: error.message };
      throw error;
    }
    return {};
  }
}

const started = (): Promise<TestServer> => TestServer.ofControllers([OffersController]);

describeEveryStore('cacheControl', store => {
  it('stores for some seconds, with precedence over option and header', async () => {
    store().configure();
    const server = await started();
    await server.get('/offers/for/5');
    await server.get('/offers/header');
    expect((await server.get('/offers/for/5')).headers['cache-status']).toBe('routing-controllers-cache; hit; ttl=5');
    time.forwardSeconds(5);
    expect(await server.get('/offers/for/5')).toMatchObject({ outcome: 'fwd=miss' });
    expect(await server.get('/offers/header')).toMatchObject({ outcome: 'hit' });
    time.forwardSeconds(55);
    expect(await server.get('/offers/header')).toMatchObject({ outcome: 'fwd=miss' });
    await server.get('/offers/for/0');
    time.forwardSeconds(1e6);
    expect((await server.get('/offers/for/0')).headers['cache-status']).toBe('routing-controllers-cache; hit');
  });

  it('does not store, and reports the reason', async () => {
    store().configure();
    const server = await started();
    await server.get('/offers/not/secret');
    const again = await server.get('/offers/not/secret');
    expect(again).toMatchObject({ outcome: 'fwd=miss', text: '{"run":2}' });
    await server.get('/offers/not/open');
    expect(await server.get('/offers/not/open')).toMatchObject({ outcome: 'hit' });
  });

  it('tags, as coherently as the options do', async () => {
    store().configure();
    const server = await started();
    const path = '/offers/tagged?tag=bob';
    await server.get(path);
    expect(await server.get(path)).toMatchObject({ outcome: 'hit' });
    for (const tag of ['bob', 'more', 'fixed']) {
      await cache.invalidateTags(tag);
      expect(await server.get(path)).toMatchObject({ outcome: 'fwd=miss' });
      expect(await server.get(path)).toMatchObject({ outcome: 'hit' });
    }
    await cache.invalidateTags('eve');
    expect(await server.get(path)).toMatchObject({ outcome: 'hit' });

    await cache.clear();
    gate = new Gate();
    const early = server.get(path);
    const goOn = await gate.next();
    await cache.invalidateTags('bob');
    goOn();
    await early;
    gate = undefined;
    expect(await server.get(path)).toMatchObject({ outcome: 'fwd=miss' });
  });

  it('tags from an interceptor', async () => {
    store().configure();
    const server = await started();
    await server.get('/offers/intercepted');
    await until(() => cache.stats().stores === 1);
    expect(await server.get('/offers/intercepted')).toMatchObject({ outcome: 'hit', text: '{"run":1}' });
    await cache.invalidateTags('all');
    expect(await server.get('/offers/intercepted')).toMatchObject({ text: '{"run":2}' });
  });

  it('may come after the first bytes', async () => {
    store().configure();
    const server = await started();
    await server.get('/offers/late');
    await until(() => cache.stats().stores === 1);
    expect(await server.get('/offers/late')).toMatchObject({ outcome: 'hit', text: '1.' });
    time.forwardSeconds(5);
    expect(await server.get('/offers/late')).toMatchObject({ outcome: 'fwd=miss', text: '2.' });
    await cache.invalidateTags('late');
    expect(await server.get('/offers/late')).toMatchObject({ outcome: 'fwd=miss', text: '3.' });
  });
});

describe('cacheControl', () => {
  it('reports in the header why the response is not stored', async () => {
    const server = await started();
    expect((await server.get('/offers/not/secret')).headers['cache-status']).toBe(
      'routing-controllers-cache; fwd=miss; detail="not stored: by cacheControl"',
    );
  });

  it('has no effect where nothing is cached', async () => {
    const server = await started();
    expect(await server.get('/offers/uncached')).toMatchObject({ status: 200, outcome: undefined });
    await cache.reset();
    cache.configure({ enabled: false });
    expect(await server.get('/offers/not/secret')).toMatchObject({ status: 200, outcome: 'fwd=bypass' });
  });

  it.each([
    ['timeout', 'cacheControl: timeout(-1) has no number of seconds, 0 or more. Write timeout(5).'],
    ['tag', `cacheControl: tag("") has no name: a string that is not empty. Write tag('user:bob').`],
    ['of', 'cacheControl: has neither a response nor an action, but {}. Write cacheControl(response), with @Res() response.'],
    [
      'nothing',
      'cacheControl: has neither a response nor an action, but undefined. Write cacheControl(response), with @Res() response.',
    ],
  ])('names the mistake in its use: %s', async (what, message) => {
    const server = await started();
    const { text } = await server.get(`/offers/wrong/${what}`);
    expect((JSON.parse(text) as { message: string }).message).toBe(`CACHE_USAGE_INVALID: ${message}`);
  });
});
