import assert from 'node:assert/strict';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { request as httpRequest } from 'node:http';
import {
  Get,
  HttpError,
  InternalServerError,
  JsonController,
  NotFoundError,
  Param,
  Put,
  Req,
  Res,
  UseAfter,
  UseBefore,
  UseInterceptor,
  useExpressServer,
  type Action,
  type InterceptorInterface,
  type RoutingControllersOptions,
} from 'routing-controllers';
import { cache, Cached, InvalidatesCache, type CacheFault } from '../../lib/index.js';
import { onCacheEvent, type OutcomeEvent } from '../../lib/events/channels.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { Deferred, Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { streamOf } from '../support/stream.js';
import { TestServer, type Answer } from '../support/server.js';
import { holdTime, type MovedTime } from '../support/time.js';

startAfresh();

let version = 1;
let runs = 0;
let before = 0;
let after = 0;
let gate: Gate | undefined;
let failure: unknown;
let time: MovedTime;
let seenRequest: Request | undefined;
let events: string[];
let handed: Error[];
let localsOf: { id?: unknown }[];

beforeEach(() => {
  version = 1;
  runs = before = after = 0;
  gate = failure = seenRequest = undefined;
  events = [];
  handed = [];
  localsOf = [];
  time = holdTime();
});

const countBefore: RequestHandler = (_request, response, next) => {
  before++;
  response.setHeader('X-Request-Id', String(before));
  response.locals.id = before;
  localsOf.push(response.locals);
  next();
};
const countAfter: RequestHandler = (_request, _response, next) => {
  after++;
  next();
};
function wrapJson(_request: Request, response: Response, next: NextFunction): void {
  const json = response.json.bind(response);
  response.json = (body: unknown) => json({ wrapped: body });
  next();
}

class Sign implements InterceptorInterface {
  intercept(_action: Action, result: object): object {
    if (failure === 'interceptor') throw new Error('the interceptor failed');
    return { ...result, signed: true };
  }
}

function sealHeaders(request: Request, _response: Response, next: NextFunction): void {
  const { headers } = request;
  Object.defineProperty(request, 'headers', { get: () => headers });
  next();
}

@JsonController('/grace')
class GraceController {
  @Get('/users/:name')
  @Cached({ timeout: 60, staleWhileRevalidate: 30, staleIfError: 600 })
  @UseBefore(countBefore)
  @UseAfter(countAfter)
  @UseInterceptor(Sign)
  async user(@Param('name') name: string) {
    return this.read(name);
  }

  @Get('/behind/:name')
  @Cached({ timeout: 60, staleWhileRevalidate: 30 })
  behind(@Param('name') name: string) {
    return this.read(name);
  }

  @Get('/errors/:name')
  @Cached({ timeout: 60, staleIfError: 30 })
  @UseInterceptor(Sign)
  errors(@Param('name') name: string) {
    return this.read(name);
  }

  @Get('/written/:name')
  // What the method reads of middlewares shall be stored.
  @Cached({ timeout: 60, staleWhileRevalidate: 30, staleIfError: 60, varyBy: () => '' })
  async written(@Param('name') name: string, @Req() request: Request, @Res() response: Response) {
    seenRequest = request;
    request.on('close', () => events.push('closed'));
    const body = await this.read(name);
    if (failure === 'by hand') return response.writeHead(503, { 'X-Failed': 'yes' }).end('broken');
    if (failure === 'in pieces') {
      response.status(502).write('bro');
      return response.end('ken');
    }
    response.set('X-Path', `${request.baseUrl}${request.path} ${String(request.params.name)} ${request.method}`);
    response.set('X-Locals', String(response.locals.id)).set('X-Seen-Id', response.get('X-Request-Id'));
    response.locals.id = 'changed by the handler';
    return response.json(body);
  }

  @Get('/large')
  @Cached({ timeout: 60, staleWhileRevalidate: 30 })
  large() {
    runs++;
    return streamOf(Array.from({ length: 40 }, () => String(version).repeat(10_000)));
  }

  @Get('/file')
  @Cached({ timeout: 60, staleWhileRevalidate: 30 })
  file(@Res() response: Response) {
    runs++;
    return new Promise<Response>((resolve, reject) => {
      response.sendFile(__filename, { cacheControl: false }, error => {
        // Express' types say that there is always an error.
        if ((error as Error | undefined) === undefined) resolve(response);
        else reject(error);
      });
    });
  }

  @Get('/sealed')
  @Cached({ timeout: 60, staleWhileRevalidate: 30 })
  @UseBefore(sealHeaders)
  sealed() {
    return this.read('sealed');
  }

  @Get('/client')
  @Cached({ timeout: 60, staleWhileRevalidate: 30, clientTimeout: 40 })
  client() {
    return this.read('client');
  }

  @Get('/own')
  @Cached({ timeout: 60, staleWhileRevalidate: 30, staleIfError: 30 })
  own(@Res() response: Response) {
    runs++;
    return response.set('Cache-Control', ownWord).send(String(version));
  }

  @Get('/wrapped')
  @Cached({ timeout: 60, staleWhileRevalidate: 30 })
  @UseBefore(wrapJson)
  wrapped() {
    return this.read('wrapped');
  }

  @Get('/listed')
  @Cached({ timeout: 60, staleIfError: 30, statuses: [200, 500] })
  listed(@Res() response: Response) {
    runs++;
    return response.status(failure === undefined ? 200 : 500).send(String(version));
  }

  @Put('/users/:name')
  @InvalidatesCache('/grace')
  change() {
    version++;
    return {};
  }

  private async read(name: string): Promise<object> {
    runs++;
    const seen = version;
    await gate?.pass();
    if (failure instanceof Error) throw failure;
    return { name, version: seen };
  }
}

let ownWord = '';

const started = (options: RoutingControllersOptions = {}): Promise<TestServer> =>
  TestServer.ofControllers([GraceController], options);

/** A client may have an answer a moment before it is in a shared store. */
const stored = (count = 1): Promise<void> => until(() => cache.stats().stores === count);

const versionOf = ({ text }: Answer): number => (JSON.parse(text) as { version: number }).version;

describeEveryStore('staleWhileRevalidate', store => {
  it('answers at once with the expired response, and refreshes it behind the answer', async () => {
    store().configure();
    const server = await started();
    const first = await server.get('/grace/users/bob');
    await stored();
    version++;
    time.forwardSeconds(61);
    gate = new Gate();
    const stale = await server.get('/grace/users/bob');
    expect(stale).toMatchObject({ outcome: 'fwd=stale', text: first.text, status: 200 });
    expect(stale.headers['cache-status']).toBe('routing-controllers-cache; fwd=stale');
    const goOn = await gate.next();
    expect(await server.get('/grace/users/bob')).toMatchObject({ outcome: 'fwd=stale', text: first.text });
    expect(runs).toBe(2);
    goOn();
    await stored(2);
    const fresh = await server.get('/grace/users/bob');
    expect(fresh).toMatchObject({ outcome: 'hit', text: '{"name":"bob","version":2,"signed":true}' });
    expect(runs).toBe(2);
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 1, stale: 2, collapsed: 0, bypasses: 0 });
    expect([before, after]).toEqual([4, 4]);
  });

  it('is over at its end: then requests wait for a fresh one', async () => {
    store().configure();
    const server = await started();
    await server.get('/grace/behind/bob');
    await stored();
    version++;
    time.forwardSeconds(60 + 30);
    expect(await server.get('/grace/behind/bob')).toMatchObject({ outcome: 'fwd=miss', text: '{"name":"bob","version":2}' });
  });

  it('never serves an invalidated response', async () => {
    store().configure();
    const server = await started();
    await server.get('/grace/behind/bob');
    await stored();
    await server.put('/grace/users/eve');
    time.forwardSeconds(61);
    expect(versionOf(await server.get('/grace/behind/bob'))).toBe(2);
    expect(cache.stats().stale).toBe(0);
  });

  it('R5: stores no response that was invalidated during its refresh', async () => {
    store().configure();
    const server = await started();
    await server.get('/grace/behind/bob');
    await stored();
    time.forwardSeconds(61);
    gate = new Gate();
    await server.get('/grace/behind/bob');
    const goOn = await gate.next();
    await server.put('/grace/users/eve');
    const asked = server.get('/grace/behind/bob');
    const goOnNewer = await gate.next();
    goOn();
    goOnNewer();
    expect(versionOf(await asked)).toBe(2);
    gate = undefined;
    expect(versionOf(await server.get('/grace/behind/bob'))).toBe(2);
    expect(cache.stats().stale).toBe(1);
  });

  it('serves the expired response if the refresh fails, and reports that once in ten seconds', async () => {
    const faults = store().configure();
    const server = await started();
    await server.get('/grace/behind/bob');
    await stored();
    time.forwardSeconds(61);
    failure = new Error('no database');
    expect(await server.get('/grace/behind/bob')).toMatchObject({ outcome: 'fwd=stale' });
    await until(() => faults.length === 1);
    const [fault] = faults;
    expect(fault?.code).toBe('CACHE_REFRESH_FAILED');
    expect(fault?.message).toBe(
      'CACHE_REFRESH_FAILED: GraceController.behind: a stale response could not be refreshed: the handler failed: no database',
    );
    expect(fault?.cause).toBe(failure);
    expect(await server.get('/grace/behind/bob')).toMatchObject({ outcome: 'fwd=stale' });
    expect(runs).toBe(2);
    // What another process would do is in the store, for ten seconds by its own clock.
    if (store().isAway) return;
    failure = undefined;
    version++;
    time.forwardSeconds(11);
    await server.get('/grace/behind/bob');
    await stored(2);
    expect(versionOf(await server.get('/grace/behind/bob'))).toBe(2);
  });

  it('removes the expired response if the resource does not exist any more', async () => {
    const faults = store().configure();
    const server = await started();
    await server.get('/grace/behind/bob');
    await stored();
    time.forwardSeconds(61);
    failure = new NotFoundError('gone');
    expect(await server.get('/grace/behind/bob')).toMatchObject({ outcome: 'fwd=stale' });
    let next = await server.get('/grace/behind/bob');
    for (let asked = 0; next.status === 200 && asked < 1000; asked++) next = await server.get('/grace/behind/bob');
    expect(next).toMatchObject({ status: 404, outcome: 'fwd=miss' });
    expect(faults).toEqual([]);
  });

  it('leaves it to another process that computes it, or has', async () => {
    store().configure();
    const server = await started();
    await server.get('/grace/behind/bob');
    await stored();
    time.forwardSeconds(61);
    const { store: used } = processCache.current.get();
    if (used.acquireFillLock === undefined) return;
    const claim = jest.spyOn(used, 'acquireFillLock').mockResolvedValue({ kind: 'busy' });
    const released = jest.spyOn(used, 'release');
    for (const times of [1, 2]) {
      expect(await server.get('/grace/behind/bob')).toMatchObject({ outcome: 'fwd=stale' });
      await until(() => released.mock.calls.length === times);
    }
    expect(claim.mock.calls.map(([, , waitMs]) => waitMs)).toEqual([0, 0]);
    expect(runs).toBe(1);
    claim.mockRestore();
    version++;
    await server.get('/grace/behind/bob');
    await stored(2);
    expect(versionOf(await server.get('/grace/behind/bob'))).toBe(2);
  });

  it('needs no client: the refresh continues after its client has left', async () => {
    store().configure();
    const server = await started();
    await server.get('/grace/written/bob');
    await stored();
    version++;
    time.forwardSeconds(61);
    gate = new Gate();
    await new Promise<void>((resolve, reject) => {
      const asked = httpRequest({ host: '127.0.0.1', port: server.port, path: '/grace/written/bob', agent: false }, response => {
        expect(response.headers['cache-status']).toContain('fwd=stale');
        response.destroy();
        resolve();
      });
      asked.on('error', reject).end();
    });
    (await gate.next())();
    await stored(2);
    expect(events).toEqual(['closed']);
    expect(seenRequest?.destroyed).toBe(false);
    gate = undefined;
    expect(await server.get('/grace/written/bob')).toMatchObject({ outcome: 'hit', text: '{"name":"bob","version":2}' });
  });
});

describe('a refresh behind the answer', () => {
  it('sees the request as it was, without the client’s conditions, and locals of its own', async () => {
    const app = express();
    app.use('/api', countBefore, useExpressServer(express(), { controllers: [GraceController] }) as RequestHandler);
    const server = await TestServer.start(app);
    const { headers, text } = await server.get('/api/grace/written/bob');
    await stored();
    time.forwardSeconds(61);
    const stale = await server.get('/api/grace/written/bob', { 'If-None-Match': String(headers.etag), Range: 'bytes=0-1' });
    expect(stale).toMatchObject({ status: 304, outcome: 'fwd=stale', text: '' });
    await stored(2);
    expect(seenRequest?.headers['if-none-match']).toBeUndefined();
    const hit = await server.get('/api/grace/written/bob');
    expect(hit).toMatchObject({ outcome: 'hit', text, status: 200 });
    expect(hit.headers).toMatchObject({ 'x-path': '/api/grace/written/bob bob GET', 'x-locals': '2', etag: headers.etag });
    expect(hit.headers).toMatchObject({ 'x-request-id': '3', 'x-seen-id': '2' });
    expect(localsOf.map(({ id }) => id)).toEqual(['changed by the handler', 2, 3]);
  });

  it('takes streams and files as a client does, at once', async () => {
    const server = await started();
    for (const [index, path] of ['/grace/large', '/grace/file'].entries()) {
      const { text } = await server.get(path);
      version++;
      time.forwardSeconds(61);
      expect(await server.get(path)).toMatchObject({ outcome: 'fwd=stale', text });
      await stored(2 * index + 2);
      const hit = await server.get(path);
      expect(hit).toMatchObject({ outcome: 'hit', text: path === '/grace/large' ? text.replaceAll('1', '2') : text });
    }
    expect(runs).toBe(4);
  });

  it('forbids browsers to use an expired response again', async () => {
    const server = await started();
    expect((await server.get('/grace/client')).headers['cache-control']).toBe('max-age=40');
    time.forwardSeconds(61);
    const stale = await server.get('/grace/client');
    expect(stale).toMatchObject({ outcome: 'fwd=stale' });
    expect(stale.headers['cache-control']).toBe('no-cache');
  });

  it('is begun by HEAD too, for GET', async () => {
    const server = await started();
    await server.get('/grace/written/bob');
    await stored();
    version++;
    time.forwardSeconds(61);
    expect(await server.send('/grace/written/bob', { method: 'HEAD' })).toMatchObject({ outcome: 'fwd=stale', text: '' });
    await stored(2);
    expect(await server.get('/grace/written/bob')).toMatchObject({ outcome: 'hit', text: '{"name":"bob","version":2}' });
  });

  it('is made by the request itself, if a middleware has replaced a function of the response', async () => {
    const server = await started();
    expect(await server.get('/grace/wrapped')).toMatchObject({ text: '{"wrapped":{"name":"wrapped","version":1}}' });
    version++;
    time.forwardSeconds(61);
    gate = new Gate();
    const own = server.get('/grace/wrapped');
    const goOn = await gate.next();
    expect(await server.get('/grace/wrapped')).toMatchObject({ outcome: 'fwd=stale' });
    goOn();
    expect(await own).toMatchObject({ outcome: 'fwd=miss', text: '{"wrapped":{"name":"wrapped","version":2}}' });
    expect(await server.get('/grace/wrapped')).toMatchObject({
      outcome: 'hit',
      text: '{"wrapped":{"name":"wrapped","version":2}}',
    });
  });

  it('is made by the request itself, where a middleware has made something else of it', async () => {
    const faults: CacheFault[] = [];
    cache.configure({ onError: fault => faults.push(fault) });
    const server = await started();
    await server.get('/grace/sealed');
    version++;
    time.forwardSeconds(61);
    expect(await server.get('/grace/sealed')).toMatchObject({ outcome: 'fwd=miss', text: '{"name":"sealed","version":2}' });
    expect(faults.map(({ code }) => code)).toEqual(['CACHE_REFRESH_FAILED']);
  });

  it('does not prevent other refreshes if it never ends', async () => {
    cache.configure({ collapseTimeout: 0.001 });
    const server = await started();
    await server.get('/grace/behind/bob');
    await stored();
    time.forwardSeconds(61);
    gate = new Gate();
    await server.get('/grace/behind/bob');
    await gate.next();
    await until(() => runs === 2);
    const from = performance.now();
    await until(() => performance.now() - from > 1);
    await server.get('/grace/behind/bob');
    (await gate.next())();
    await stored(2);
    expect(runs).toBe(3);
  });

  it('survives errors after the method, and errors outside of routing-controllers', async () => {
    for (const defaultErrorHandler of [true, false]) {
      await cache.reset();
      const faults: CacheFault[] = [];
      cache.configure({ onError: fault => faults.push(fault) });
      const server = await started({ defaultErrorHandler });
      failure = undefined;
      await server.get('/grace/users/bob');
      await stored();
      time.forwardSeconds(61);
      failure = 'interceptor';
      expect(await server.get('/grace/users/bob')).toMatchObject({ outcome: 'fwd=stale' });
      await until(() => faults.length === 1);
      expect(faults[0]?.code).toBe('CACHE_REFRESH_FAILED');
    }
  });

  it('is published: one outcome for the request, and one stored response', async () => {
    const outcomes: OutcomeEvent[] = [];
    let storedCount = 0;
    const stops = [onCacheEvent('outcome', event => outcomes.push(event)), onCacheEvent('stored', () => storedCount++)];
    const server = await started();
    await server.get('/grace/behind/bob');
    await stored();
    time.forwardSeconds(61);
    await server.get('/grace/behind/bob');
    await until(() => storedCount === 2);
    for (const stop of stops) stop();
    expect(outcomes.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['miss', expect.anything()],
      ['stale', 'expired: it is being refreshed'],
    ]);
  });
});

describeEveryStore('staleIfError', store => {
  it.each<[string, unknown, string]>([
    ['the method throws', new Error('no database'), '/grace/errors/bob'],
    ['it throws an HttpError of 500 and more', new InternalServerError('no database'), '/grace/errors/bob'],
    ['an interceptor fails', 'interceptor', '/grace/errors/bob'],
    ['it answers so by hand', 'by hand', '/grace/written/bob'],
    ['it answers so in pieces', 'in pieces', '/grace/written/bob'],
  ])('serves the expired response where %s', async (_, failing, path) => {
    store().configure();
    const server = await started();
    const first = await server.get(path);
    await stored();
    time.forwardSeconds(60 + 29.5 + (path.includes('written') ? 20 : 0));
    failure = failing;
    const stale = await server.get(path);
    expect(stale).toMatchObject({ status: 200, outcome: 'fwd=stale', text: first.text });
    expect(stale.headers).not.toHaveProperty('x-failed');
    expect(stale.headers['content-type']).toBe(first.headers['content-type']);
    expect(stale.headers.etag).toBe(first.headers.etag);
    expect(cache.stats()).toMatchObject({ misses: 1, stale: 1 });
    failure = undefined;
    version++;
    expect(versionOf(await server.get(path))).toBe(2);
    expect(cache.stats()).toMatchObject({ misses: 2, stale: 1 });
    expect(await server.get(path)).toMatchObject({ outcome: 'hit' });
  });

  it('sends the errors of the request itself', async () => {
    store().configure();
    const server = await started();
    await server.get('/grace/errors/bob');
    await stored();
    time.forwardSeconds(61);
    failure = new NotFoundError('no such user');
    expect(await server.get('/grace/errors/bob')).toMatchObject({ status: 404, outcome: 'fwd=miss' });
  });

  it('is over at its end', async () => {
    store().configure();
    const server = await started();
    await server.get('/grace/errors/bob');
    await stored();
    time.forwardSeconds(60 + 30);
    failure = new Error('no database');
    expect(await server.get('/grace/errors/bob')).toMatchObject({ status: 500, outcome: 'fwd=miss' });
    expect(cache.stats()).toMatchObject({ misses: 2, stale: 0 });
  });

  it('never serves an invalidated response, also if the invalidation came during the run', async () => {
    store().configure();
    const server = await started();
    await server.get('/grace/errors/bob');
    await stored();
    time.forwardSeconds(61);
    failure = new Error('no database');
    gate = new Gate();
    const asked = server.get('/grace/errors/bob');
    const goOn = await gate.next();
    await cache.invalidate('/grace/errors');
    goOn();
    expect(await asked).toMatchObject({ status: 500, outcome: 'fwd=miss' });
    expect(cache.stats()).toMatchObject({ misses: 2, stale: 0 });
  });
});

describe('an error that an expired response replaces', () => {
  it('still reaches the error middlewares', async () => {
    for (const defaultErrorHandler of [true, false]) {
      await cache.reset();
      handed = [];
      failure = undefined;
      const app = useExpressServer(express(), { controllers: [GraceController], defaultErrorHandler });

      app.use((error: Error, _request: Request, response: Response, _next: NextFunction) => {
        handed.push(error);
        if (!response.headersSent) response.status(500).send('from the middleware');
      });
      const server = await TestServer.start(app);
      const first = await server.get('/grace/errors/bob');
      await stored();
      time.forwardSeconds(61);
      failure = new Error('no database');
      expect(await server.get('/grace/errors/bob')).toMatchObject({ status: 200, outcome: 'fwd=stale', text: first.text });
      await until(() => handed.length === 1);
      expect(handed).toEqual([failure]);
    }
  });

  it('leaves the headers that middlewares have set for the request', async () => {
    const server = await started();
    await server.get('/grace/users/bob');
    time.forwardSeconds(60 + 31);
    failure = new Error('no database');
    const stale = await server.get('/grace/users/bob');
    expect(stale).toMatchObject({ outcome: 'fwd=stale' });
    expect(stale.headers['x-request-id']).toBe('2');
  });

  it('gives way to an entry that another request has stored during the run', async () => {
    const server = await started();
    const { store } = processCache.current.get();
    const lookedUp = jest.spyOn(store, 'lookup');
    await server.get('/grace/errors/bob');
    const fresh = await store.lookup(lookedUp.mock.calls[0]![0]);
    time.forwardSeconds(61);
    failure = new Error('no database');
    gate = new Gate();
    const asked = server.get('/grace/errors/bob');
    const goOn = await gate.next();
    assert(fresh.kind === 'hit');
    const entry = { ...fresh.entry, expiresAtMs: fresh.entry.expiresAtMs + 600_000 };
    lookedUp.mockReturnValueOnce({ kind: 'hit', entry });
    goOn();
    expect(await asked).toMatchObject({ status: 200, outcome: 'hit', text: '{"name":"bob","version":1,"signed":true}' });
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 1, stale: 0 });
  });

  it('is replaced for HEAD, and for a conditional request with 304', async () => {
    const server = await started();
    const { headers } = await server.get('/grace/errors/bob');
    await stored();
    time.forwardSeconds(61);
    failure = new HttpError(502, 'no database');
    expect(await server.send('/grace/errors/bob', { method: 'HEAD' })).toMatchObject({
      status: 200,
      outcome: 'fwd=stale',
      text: '',
    });
    expect(await server.get('/grace/errors/bob', { 'if-none-match': String(headers.etag) })).toMatchObject({
      status: 304,
      outcome: 'fwd=stale',
    });
  });

  it('stays where its status is listed as one to be stored', async () => {
    const server = await started();
    await server.get('/grace/listed');
    await stored();
    time.forwardSeconds(61);
    failure = new Error('listed');
    expect(await server.get('/grace/listed')).toMatchObject({ status: 500, outcome: 'fwd=miss' });
    expect(await server.get('/grace/listed')).toMatchObject({ status: 500, outcome: 'hit' });
  });

  it('is replaced for each waiting request', async () => {
    const server = await started();
    await server.get('/grace/errors/bob');
    await stored();
    time.forwardSeconds(61);
    failure = new Error('no database');
    const held = new Deferred();
    gate = { pass: () => held.promise } as unknown as Gate;
    const asked = Array.from({ length: 5 }, () => server.get('/grace/errors/bob'));
    await until(() => runs === 2);
    held.resolve();
    expect((await Promise.all(asked)).map(({ outcome }) => outcome)).toEqual(Array(5).fill('fwd=stale'));
  });

  it('has a reason in the outcome', async () => {
    const outcomes: OutcomeEvent[] = [];
    const stop = onCacheEvent('outcome', event => outcomes.push(event));
    const server = await started();
    await server.get('/grace/errors/bob');
    await stored();
    time.forwardSeconds(61);
    failure = new Error('no database');
    await server.get('/grace/errors/bob');
    await stored();
    time.forwardSeconds(30);
    await server.get('/grace/errors/bob');
    stop();
    expect(outcomes.map(({ outcome, reason }) => [outcome, reason]).slice(1)).toEqual([
      ['stale', 'expired: the handler failed'],
      ['miss', 'not stored: the handler failed'],
    ]);
  });
});

describe('the response’s own Cache-Control', () => {
  it.each<[string, number, string]>([
    ['max-age=10, stale-while-revalidate=5', 14, 'fwd=stale'],
    ['max-age=10, stale-while-revalidate=5', 15, 'fwd=miss'],
    ['max-age=10', 39, 'fwd=stale'],
    ['max-age=10, must-revalidate', 11, 'fwd=miss'],
    ['max-age=10, proxy-revalidate', 11, 'fwd=miss'],
    ['max-age=10, stale-while-revalidate=x', 11, 'fwd=miss'],
  ])('wins over the options: %s, after %d seconds: %s', async (own, seconds, outcome) => {
    ownWord = own;
    const server = await started();
    await server.get('/grace/own');
    await stored();
    time.forwardSeconds(seconds);
    const answer = await server.get('/grace/own');
    expect(answer.outcome).toBe(outcome);
    if (outcome === 'fwd=stale') expect(answer.headers.age).toBe(String(seconds));
  });
});

describe('the expired entries in the simple store', () => {
  it('are those that may still be served, and no others', async () => {
    const server = await started();
    ownWord = 'max-age=10, must-revalidate';
    await server.get('/grace/own');
    await server.get('/grace/errors/bob');
    expect(cache.stats().entries).toBe(2);
    time.forwardSeconds(61);
    expect(await server.get('/grace/own')).toMatchObject({ outcome: 'fwd=miss' });
    failure = new Error('no database');
    expect(await server.get('/grace/errors/bob')).toMatchObject({ outcome: 'fwd=stale' });
    expect(cache.stats().entries).toBe(2);
  });
});
