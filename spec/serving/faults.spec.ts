import express, { type NextFunction, type Request, type Response } from 'express';
import { get as httpGet } from 'node:http';
import {
  Get,
  JsonController,
  Middleware,
  NotFoundError,
  Param,
  Req,
  Res,
  UseInterceptor,
  useExpressServer,
  type ExpressErrorMiddlewareInterface,
} from 'routing-controllers';
import { cache, Cached, SimpleStore } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { SingleFlight } from '../../lib/runtime/single-flight.js';
import { systemClock } from '../../lib/time/clock.js';
import { Deferred } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();

let failing: boolean;
let runs: number;
let allowed: Deferred;
let held: Deferred;
beforeEach(() => {
  failing = true;
  runs = 0;
  allowed = new Deferred();
  held = new Deferred();
});

@Middleware({ type: 'after' })
class Apology implements ExpressErrorMiddlewareInterface {
  error(_error: unknown, request: Request, response: Response, _next: NextFunction) {
    if (!response.headersSent) response.status(200).json({ sorry: request.get('x-user') });
  }
}

@JsonController('/faults')
class FaultsController {
  @Get('/interceptor')
  @Cached()
  @UseInterceptor((_action: unknown, content: unknown) => {
    if (failing) throw new Error('the interceptor failed');
    return content;
  })
  interceptor() {
    return { fine: true };
  }

  @Get('/missing')
  @Cached({ statuses: [200, 404] })
  missing() {
    if (failing) throw new NotFoundError('not there');
    return { fine: true };
  }

  @Get('/undefined')
  @Cached()
  undefined() {
    return failing ? undefined : { fine: true };
  }

  @Get('/serialisation')
  @Cached()
  serialisation() {
    return {
      toJSON() {
        if (failing) throw new Error('no JSON');
        return { fine: true };
      },
    };
  }

  @Get('/jsonp')
  @Cached()
  jsonp(@Res() response: Response) {
    return response.jsonp({ a: 1 });
  }

  @Get('/rendered/:name')
  @Cached()
  rendered(@Param('name') _name: string, @Res() response: Response) {
    return new Promise(resolve => {
      response.render('page', (_error: unknown, html: string) => {
        resolve(response.send(html));
      });
    });
  }

  @Get('/head')
  @Cached({ forcedUpdate: ({ request }) => (request as Request).query.refresh !== undefined, makeCacheKey: () => 'head' })
  head(@Req() request: Request, @Res() response: Response) {
    runs++;
    response.end(request.method === 'HEAD' ? undefined : 'body');
    return response;
  }

  @Get('/slow')
  @Cached()
  async slow() {
    runs++;
    await held.promise;
    return { runs };
  }
}

const controllers = [FaultsController];

describe('a failure that an error middleware answers with 200', () => {
  it.each(['interceptor', 'missing', 'undefined', 'serialisation'])(
    '(%s) is for no other client, and is not stored',
    async path => {
      const server = await TestServer.ofControllers(controllers, { defaultErrorHandler: false, middlewares: [Apology] });
      expect(await server.get(`/faults/${path}`, { 'x-user': 'ann' })).toMatchObject({ status: 200, text: '{"sorry":"ann"}' });
      failing = false;
      expect(await server.get(`/faults/${path}`, { 'x-user': 'ben' })).toMatchObject({
        outcome: 'fwd=miss',
        text: expect.stringContaining('"fine":true') as string,
      });
    },
  );
});

describe('a response that Express makes of the request behind the method’s back', () => {
  it('is not stored: jsonp with the callback of the query', async () => {
    const server = await TestServer.ofControllers(controllers);
    expect((await server.get('/faults/jsonp?callback=evil')).text).toContain('evil(');
    expect(await server.get('/faults/jsonp')).toMatchObject({ outcome: 'fwd=miss', text: '{"a":1}' });
  });

  it('is not stored: a template with values of a middleware for one user', async () => {
    const app = express();
    app
      .set('views', __dirname)
      .set('view engine', 'html')
      .engine('html', () => undefined);
    app.set(
      'view',
      class {
        readonly path = 'page';
        render(options: { user?: string }, callback: (error: null, html: string) => void) {
          callback(null, `hello ${options.user ?? 'you'}`);
        }
      },
    );
    app.use((request: Request, response: Response, next: NextFunction) => {
      const user = request.get('x-user');
      if (user !== undefined) response.locals.user = user;
      next();
    });
    useExpressServer(app, { controllers });
    const server = await TestServer.start(app);
    expect((await server.get('/faults/rendered/a', { 'x-user': 'ann' })).text).toBe('hello ann');
    expect((await server.get('/faults/rendered/a', { 'x-user': 'ben' })).text).toBe('hello ben');
    await server.get('/faults/rendered/b');
    expect(await server.get('/faults/rendered/b')).toMatchObject({ outcome: 'hit', text: 'hello you' });
  });
});

describe('HEAD', () => {
  it('stores nothing, also with a forced update', async () => {
    const server = await TestServer.ofControllers(controllers);
    await server.send('/faults/head?refresh=1', { method: 'HEAD' });
    expect(cache.stats()).toMatchObject({ stores: 0, misses: 1 });
    expect(await server.get('/faults/head')).toMatchObject({ outcome: 'fwd=miss', text: 'body' });
  });
});

describe('a client that leaves before the method runs', () => {
  it('leaves nothing behind when the method never ends', async () => {
    cache.configure({ collapseTimeout: 0.01 });
    const server = await TestServer.ofControllers(controllers, {
      currentUserChecker: () => undefined,
      authorizationChecker: () => true,
      middlewares: [Waiting],
    });
    const closed = new Deferred();
    leave = () => closed.resolve();
    const leaving = httpGet({ port: server.port, path: '/faults/slow', headers: { 'x-wait': '1' }, agent: false });
    leaving.on('error', () => undefined);
    await arrived.promise;
    leaving.destroy();
    await closed.promise;
    allowed.resolve();
    await until(() => runs === 1);
    const { singleFlight } = processCache.current.get();
    const [key] = [...(singleFlight as unknown as { flights: Map<string, unknown> }).flights.keys()];
    await until(() => singleFlight.get(key!) === undefined);
    expect(indexOf(processCache.current.get().store)).toEqual(indexOf(new SimpleStore()));
  });
});

const indexOf = (store: unknown) => (store as { exact: unknown }).exact;

/** Holds requests that ask for it until the spec lets them go on. */
@Middleware({ type: 'before' })
class Waiting {
  use(request: Request, response: Response, next: NextFunction) {
    if (request.get('x-wait') === undefined) {
      next();
      return;
    }
    response.once('close', () => leave());
    arrived.resolve();
    void allowed.promise.then(() => next());
  }
}
const arrived = new Deferred();
let leave: () => void = () => undefined;

describe('a store that fails', () => {
  it.each(['lookup', 'lease', 'save', 'release', 'invalidate'] as const)(
    'at %s is reported, and the request is answered',
    async method => {
      const errors: Error[] = [];
      const store = new SimpleStore();
      cache.configure({ store, onError: error => errors.push(error) });
      held.resolve();
      const server = await TestServer.ofControllers(controllers);
      jest.spyOn(store, method).mockImplementation(() => {
        throw new Error('the store is gone');
      });
      failing = false;
      expect((await server.get('/faults/slow')).status).toBe(200);
      expect((await server.get('/faults/head?refresh=1')).status).toBe(200);
      expect((await server.send('/faults/slow', { method: 'HEAD' })).status).toBe(200);
      if (method !== 'invalidate') expect(errors[0]!.message).toMatch(/^CACHE_STORE_FAILED: .*: the store is gone$/);
    },
  );
});

describe('the list of keys that are computed apart', () => {
  it('takes no memory by the length of keys', () => {
    const flights = new SingleFlight(systemClock);
    const key = 'k'.repeat(100_000);
    flights.markHitForMiss(key);
    expect(flights.isHitForMiss(key)).toBe(true);
    expect(JSON.stringify([...(flights as unknown as { hitForMiss: Map<string, true> }).hitForMiss.keys()]).length).toBeLessThan(
      60,
    );
    flights.clearHitForMiss(key);
    expect(flights.isHitForMiss(key)).toBe(false);
  });
});
