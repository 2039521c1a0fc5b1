import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import {
  Authorized,
  CurrentUser,
  Get,
  JsonController,
  Param,
  Post,
  QueryParam,
  Req,
  useExpressServer,
  type Action,
} from 'routing-controllers';
import { cache, Cached, CacheUsageError, onCacheEvent } from '../../lib/index.js';
import { Explainer } from '../../lib/explain/explainer.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';

startAfresh();

let runs = 0;
let plainRuns = 0;

beforeEach(() => {
  runs = plainRuns = 0;
});

@JsonController('/users')
class UsersController {
  @Get('/new')
  fresh() {
    plainRuns++;
    return {};
  }

  @Get('/me')
  @Cached()
  @Authorized()
  me(@CurrentUser() user: { id: string }) {
    runs++;
    return { user };
  }

  @Get('/raw')
  @Cached({ unless: ({ request }) => (request as Request).headers.cookie !== undefined })
  raw(@Req() request: Request) {
    runs++;
    return { url: request.url };
  }

  @Get('/:name')
  @Cached({ timeout: 60, staleWhileRevalidate: 30, staleIfError: 60, tags: ['users'], queryString: true })
  user(@Param('name') name: string, @QueryParam('limit') limit: number) {
    runs++;
    return { name, limit, run: runs };
  }

  @Get('/:name/forced')
  @Cached({ forcedUpdate: () => true })
  forced(@Param('name') name: string) {
    runs++;
    return { name };
  }

  @Post('/')
  add() {
    plainRuns++;
    return {};
  }
}

const currentUserChecker = ({ request }: Action): object | undefined => {
  const token = (request as Request).headers.authorization;
  return token === undefined ? undefined : { id: token };
};

const started = (): Promise<TestServer> =>
  TestServer.ofControllers([UsersController], {
    currentUserChecker,
    authorizationChecker: (action: Action) => currentUserChecker(action) !== undefined,
  });

describeEveryStore('cache.explain', store => {
  it('has the outcome of a request, without a run of the method', async () => {
    const time = holdTime();
    store().configure();
    const server = await started();
    await server.get('/users/bob?limit=5');
    await until(() => cache.stats().stores === 1);
    time.forwardSeconds(3);
    const before = cache.stats();
    const explanation = await cache.explain('GET', '/users/%62ob?limit=5');
    expect(explanation).toEqual({
      action: 'UsersController.user',
      options: { timeout: 60, staleWhileRevalidate: 30, staleIfError: 60, tags: ['users'], queryString: true },
      outcome: 'hit',
      reason: 'fresh for 57 s',
      path: '/users/bob',
      key: expect.stringContaining('/users/bob'),
      entry: { status: 200, bytes: 32, age: 3, ttl: 57, tags: ['users'] },
    });
    expect(await cache.explain('head', '/users/bob?limit=6')).toMatchObject({
      outcome: 'miss',
      reason: 'nothing is stored',
      path: '/users/bob',
      entry: undefined,
    });
    time.forwardSeconds(60);
    expect(await cache.explain('GET', '/users/bob?limit=5')).toMatchObject({
      outcome: 'stale',
      reason: 'expired 3 s ago; the cache would refresh it in the background',
      entry: { age: 63, ttl: -3 },
    });
    time.forwardSeconds(30);
    expect(await cache.explain('GET', '/users/bob?limit=5')).toMatchObject({
      outcome: 'miss',
      reason: 'expired 33 s ago; the cache would serve it in place of a failure',
    });
    expect(runs).toBe(1);
    // A near cache keeps what it has read.
    expect(cache.stats()).toEqual({ ...before, bytes: cache.stats().bytes });
  });

  it('finds the one response that is deleted, and no other is', async () => {
    store().configure();
    const server = await started();
    await server.get('/users/bob?limit=5');
    await server.get('/users/bob?limit=6');
    await until(() => cache.stats().stores === 2);
    expect(await cache.deleteResponse('GET', '/users/bob?limit=5')).toBe(true);
    expect(await cache.deleteResponse('GET', '/users/bob?limit=5')).toBe(false);
    expect(await cache.deleteResponse('GET', '/elsewhere')).toBe(false);
    expect((await cache.explain('GET', '/users/bob?limit=5')).entry).toBeUndefined();
    expect((await cache.explain('GET', '/users/bob?limit=6')).entry).toBeDefined();
    expect(await server.get('/users/bob?limit=5')).toMatchObject({ outcome: 'fwd=miss' });
    expect(await server.get('/users/bob?limit=6')).toMatchObject({ outcome: 'hit' });
  });
});

describe('cache.explain', () => {
  it('distinguishes callers by their headers', async () => {
    const server = await started();
    await server.get('/users/me', { authorization: 'alice' });
    expect(await cache.explain('GET', '/users/me', { Authorization: 'alice' })).toMatchObject({ outcome: 'hit' });
    expect(await cache.explain('GET', '/users/me', { authorization: 'bob' })).toMatchObject({ outcome: 'miss' });
    expect(await cache.explain('GET', '/users/me')).toMatchObject({
      action: undefined,
      outcome: undefined,
      reason: 'the app answers 401 before the request reaches an action',
    });
    expect(runs).toBe(1);
  });

  it('has the reason of a bypass', async () => {
    const server = await started();
    await server.get('/users/raw');
    expect(await cache.explain('GET', '/users/raw', { cookie: 'a=b' })).toMatchObject({
      action: 'UsersController.raw',
      outcome: 'bypass',
      reason: 'unless',
      key: undefined,
    });
    await server.get('/users/bob/forced');
    expect(await cache.explain('GET', '/users/bob/forced')).toMatchObject({
      outcome: 'miss',
      reason: 'forcedUpdate',
      entry: { status: 200 },
    });
  });

  it('names the source of an invalidation if the event has subscribers', async () => {
    const stop = onCacheEvent('outcome', () => undefined);
    const time = holdTime();
    const server = await started();
    await server.get('/users/bob');
    await cache.invalidate('/users');
    time.forwardSeconds(3);
    expect(await cache.explain('GET', '/users/bob')).toMatchObject({
      outcome: 'miss',
      reason: expect.stringContaining('invalidated 3 s ago by cache.invalidate') as string,
    });
    stop();
  });

  it('runs no method of routing-controllers that is not cached either', async () => {
    const server = await started();
    await server.get('/users/bob');
    expect(await cache.explain('GET', '/users/new')).toMatchObject({
      action: 'UsersController.fresh',
      options: undefined,
      outcome: undefined,
      reason: 'the action is not cached',
    });
    expect(plainRuns).toBe(0);
    await server.get('/users/new');
    expect(plainRuns).toBe(1);
  });

  it('finds the app that answers, wherever it is mounted, with its middlewares', async () => {
    let seen = 0;
    const count: RequestHandler = (_request: Request, _response: Response, next: NextFunction) => {
      seen++;
      next();
    };
    await (await started()).get('/users/bob');
    const app = express();
    app.use('/api', count, useExpressServer(express(), { controllers: [UsersController] }) as RequestHandler);
    await (await TestServer.start(app)).get('/api/users/bob');
    expect(await cache.explain('GET', '/api/users/bob')).toMatchObject({ outcome: 'hit', path: '/api/users/bob' });
    expect(await cache.explain('GET', '/users/bob')).toMatchObject({ outcome: 'hit', path: '/users/bob' });
    expect(await cache.explain('GET', '/none')).toMatchObject({ action: undefined, outcome: undefined });
    expect(seen).toBe(2);
  });

  it.each<[string, string, string]>([
    ['POST', '/users', `cache.explain: "POST" is never cached. Write 'GET' or 'HEAD'.`],
    ['GET', 'users', `cache.explain: "users" is no path. Write the path and the query of a request: '/users/bob?limit=5'.`],
  ])('refuses %s %s in words', async (method, url, message) => {
    await (await started()).get('/users/bob');
    const refused = cache.explain(method, url);
    await expect(refused).rejects.toThrow(CacheUsageError);
    await expect(refused).rejects.toThrow(message);
    expect(plainRuns).toBe(0);
  });
});

describe('cache.explain, before the first request', () => {
  it('rejects, because the app is unknown', async () => {
    await expect(new Explainer(processCache.current).explain('GET', '/users/bob', {})).rejects.toThrow(
      'cache.explain: no request has reached a cached action yet, so the app is unknown. Call it after the first such request.',
    );
  });
});
