import { createServer, get as httpGet } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import { IsInt, Max } from 'class-validator';
import {
  Authorized,
  type Action,
  Controller,
  Get,
  JsonController,
  Middleware,
  Param,
  QueryParams,
  Res,
  UseAfter,
  UseBefore,
  useExpressServer,
  UseInterceptor,
  type ExpressMiddlewareInterface,
} from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { startAfresh, until } from '../support/each.js';
import { appOf, TestServer } from '../support/server.js';
import { streamOf } from '../support/stream.js';

startAfresh();

let log: string[] = [];
beforeEach(() => (log = []));

function step(name: string) {
  return (_request: Request, _response: Response, next: NextFunction) => {
    log.push(name);
    next();
  };
}

@Middleware({ type: 'before' })
class Before implements ExpressMiddlewareInterface {
  use = step('global before');
}

@Middleware({ type: 'after' })
class After implements ExpressMiddlewareInterface {
  use = step('global after');
}

class Page {
  @IsInt()
  @Max(100)
  limit!: number;
}

@JsonController('/steps')
class StepsController {
  @Get('/:name')
  @Cached({ timeout: 60 })
  @Authorized()
  @UseBefore(step('before'))
  @UseAfter(step('after'))
  @UseInterceptor((_action: Action, content: object) => {
    log.push('interceptor');
    return { ...content, intercepted: true };
  })
  show(@Param('name') name: string, @QueryParams() page: Page) {
    log.push('method');
    return { name, limit: page.limit };
  }

  @Get('/by-hand/:way')
  @Cached()
  @UseAfter(step('after'))
  byHand(@Param('way') way: string, @Res() response: Response): unknown {
    log.push('method');
    response.type('text');
    if (way === 'at-once') return response.send('sent');
    return Promise.resolve().then(() => response.send('sent'));
  }

  @Get('/by-hand/not/bytes')
  @Cached()
  @UseAfter(step('after'))
  bytes(): Buffer {
    log.push('method');
    return Buffer.from('bytes');
  }
}

describe('a hit', () => {
  let allowed = true;
  let server: TestServer;

  beforeEach(async () => {
    allowed = true;
    server = await TestServer.ofControllers([StepsController], {
      middlewares: [Before, After],
      authorizationChecker: () => {
        log.push('authorization');
        return allowed;
      },
    });
  });

  it('comes after middlewares and authorization, skips the method and its interceptors, and is followed by after-middlewares', async () => {
    const miss = await server.get('/steps/one?limit=5');
    await until(() => log.includes('global after'));
    expect(log).toEqual(['global before', 'before', 'authorization', 'method', 'interceptor', 'after', 'global after']);

    log = [];
    const hit = await server.get('/steps/one?limit=5');
    await until(() => log.includes('global after'));
    expect(log).toEqual(['global before', 'before', 'authorization', 'after', 'global after']);

    expect([miss.outcome, hit.outcome]).toEqual(['fwd=miss', 'hit']);
    expect(hit.body).toEqual(miss.body);
    expect(JSON.parse(hit.text)).toEqual({ name: 'one', limit: 5, intercepted: true });
  });

  it.each([
    ['/steps/by-hand/at-once', ['after', 'global after']],
    ['/steps/by-hand/later', ['after', 'global after']],
    ['/steps/by-hand/not/bytes', []],
  ])('of %s is followed by the after-middlewares that followed the handler', async (path, expected) => {
    await server.get(path);
    await until(() => log.length >= 2 + expected.length);
    expect(log).toEqual(['global before', 'method', ...expected]);
    log = [];
    expect((await server.get(path)).outcome).toBe('hit');
    expect(log).toEqual(['global before', ...expected]);
  });

  it('is not for those whom the authorization refuses', async () => {
    await server.get('/steps/one?limit=5');
    allowed = false;
    const refused = await server.get('/steps/one?limit=5');
    expect(refused.status).toBe(401);
    expect(refused.text).not.toContain('intercepted');
  });

  it('is not for requests that conversion or validation refuses', async () => {
    await server.get('/steps/one?limit=5');
    expect((await server.get('/steps/one?limit=500')).status).toBe(400);
    expect((await server.get('/steps/one?limit=many')).status).toBe(400);
    expect(log.filter(entry => entry === 'method')).toHaveLength(1);
  });

  it('answers with the same status, headers and bytes, except headers of the request alone', async () => {
    const [miss, hit] = [await server.get('/steps/one?limit=5'), await server.get('/steps/one?limit=5')];
    const { 'cache-status': missStatus, date: missDate, ...missHeaders } = miss.headers;
    const { 'cache-status': hitStatus, date: hitDate, ...hitHeaders } = hit.headers;
    expect(hitHeaders).toEqual(missHeaders);
    expect(missStatus).toBe('routing-controllers-cache; fwd=miss');
    expect(hitStatus).toMatch(/^routing-controllers-cache; hit; ttl=60$/);
    expect([missDate, hitDate]).toEqual([expect.any(String), expect.any(String)]);
  });

  it('leaves room for trailers that a middleware has announced', async () => {
    class PagesController {
      @Get('/page')
      @Cached()
      page() {
        return streamOf(['one ', 'two']);
      }
    }
    Controller()(PagesController);
    const app = express();
    app.use((_request: Request, response: Response, next: NextFunction) => {
      response.setHeader('Trailer', 'X-Digest');
      next();
    });
    useExpressServer(app, { controllers: [PagesController] });
    const server = await TestServer.start(app);
    for (const outcome of ['fwd=miss', 'hit']) {
      expect(await server.get('/page')).toMatchObject({
        status: 200,
        outcome,
        text: 'one two',
        headers: { trailer: 'X-Digest' },
      });
    }
  });

  it('is counted, as every outcome is, exactly once', async () => {
    await server.get('/steps/one?limit=5');
    await server.get('/steps/one?limit=5');
    await server.get('/steps/two?limit=5');
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 2, collapsed: 0, bypasses: 0, stores: 2, entries: 2, errors: 0 });
    expect(Object.isFrozen(cache.stats())).toBe(true);
  });

  it('leaves nothing pending: the heap stays flat', async () => {
    const listener = appOf([StepsController], { authorizationChecker: () => true });
    const plain = createServer(listener).listen(0);
    const { port } = plain.address() as AddressInfo;
    const registry = { collected: 0 };
    const finalizer = new FinalizationRegistry(() => registry.collected++);
    plain.on('request', (request: object) => {
      finalizer.register(request, undefined);
    });
    const total = 50;
    for (let index = 0; index < total; index++) {
      await new Promise<void>((resolve, reject) => {
        httpGet({ port, path: '/steps/one?limit=5', agent: false }, response => response.resume().on('end', resolve)).on(
          'error',
          reject,
        );
      });
    }
    plain.closeAllConnections();
    await new Promise(resolve => plain.close(resolve));
    expect(typeof globalThis.gc).toBe('function');
    for (let round = 0; round < 100 && registry.collected < total - 2; round++) {
      globalThis.gc?.();
      await new Promise(resolve => setImmediate(resolve));
    }
    // The last request may still be held by the connection that brought it.
    expect(registry.collected).toBeGreaterThanOrEqual(total - 2);
  });
});

describe('a direct call of a cached method', () => {
  it('just calls it', () => {
    expect(new StepsController().show('direct', { limit: 1 })).toEqual({ name: 'direct', limit: 1 });
    expect(cache.stats().misses).toBe(0);
  });
});
