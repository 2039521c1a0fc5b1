import type { NextFunction, Request, Response } from 'express';
import express from 'express';
import { get as httpGet } from 'node:http';
import {
  type Action,
  Get,
  Interceptor,
  type InterceptorInterface,
  JsonController,
  Middleware,
  Param,
  Put,
  Res,
  UseBefore,
  UseInterceptor,
} from 'routing-controllers';
import * as deadline from '../../lib/time/deadline.js';
import { Cached, InvalidatesCache } from '../../lib/index.js';
import { Deferred, Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { describeRacesOnEveryStore } from '../support/every-store.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { appOf, TestServer, type Answer } from '../support/server.js';
import { ready } from '../../test-servers/readiness.js';
import { streamOf } from '../support/stream.js';

startAfresh();
afterEach(unsubscribeAll);

/** What is read: a version that only grows. */
let version: number;
/** Where changes wait before they change the version. */
let gate: Gate;
/** Where requests wait on their way out, when the action has let them go. */
let wayOut: Gate | undefined;

beforeEach(() => {
  version = 1;
  gate = new Gate();
  wayOut = undefined;
});

/** Commits what the method has changed, as a transaction per request does. */
async function commit(_action: Action, result: unknown): Promise<unknown> {
  await gate.pass();
  version++;
  return result;
}

@Interceptor()
class GlobalCommit implements InterceptorInterface {
  intercept(action: Action, result: unknown): unknown {
    const { method, url } = action.request as Request;
    return method === 'PUT' && url.endsWith('/global') ? commit(action, result) : result;
  }
}

/** Answers for a method that takes too long, in the way of `connect-timeout`. */
function impatient(_request: Request, _response: Response, next: NextFunction): void {
  void gate.pass().then(() => {
    next(new Error('it takes too long'));
  });
  next();
}

@Middleware({ type: 'after' })
class ImpatientAnswer {
  error(_error: Error, _request: Request, response: Response, next: NextFunction): void {
    if (response.headersSent) next();
    else response.status(503).json({ pending: true });
  }
}

@JsonController('/users')
class UsersController {
  @Get('/:name')
  // The interceptor below reads the URL of all requests.
  @Cached({ timeout: 60, varyBy: () => '' })
  user() {
    return { version };
  }

  @Put('/:name/intercepted')
  @UseInterceptor(commit)
  @InvalidatesCache('/users/:name')
  intercepted() {
    return {};
  }

  @Put('/:name/global')
  @InvalidatesCache('/users/:name')
  global() {
    return {};
  }

  @Put('/:name/late')
  @InvalidatesCache('/users/:name')
  late(@Res() response: Response) {
    response.write('working ');
    void gate.pass().then(() => {
      version++;
      response.end('done');
    });
    return response;
  }

  @Put('/:name/twice')
  @InvalidatesCache('/users/:name')
  twice(@Res() response: Response) {
    version++;
    response.json({ version });
    void gate.pass().then(() => response.end());
    return response;
  }

  @Put('/:name/piped')
  @InvalidatesCache('/users/:name')
  piped(@Res() response: Response) {
    response.write('working ');
    streamOf(
      (async function* () {
        await gate.pass();
        version++;
        yield 'done';
      })(),
    ).pipe(response);
    return response;
  }

  @Put('/:name/slow')
  @InvalidatesCache(({ result }) => `/users/${(result as { name: string }).name}`)
  async slow(@Param('name') name: string) {
    await gate.pass();
    version++;
    return { name };
  }

  @Put('/:name/impatient')
  @UseBefore(impatient)
  @InvalidatesCache('/users/:name')
  async impatient() {
    await gate.pass();
    version++;
    return {};
  }

  @Put('/:name/hanging')
  @InvalidatesCache('/users/:name')
  async hanging() {
    await gate.pass();
    version++;
    return {};
  }
}

const versionIn = (answer: Answer): number => (JSON.parse(answer.text) as { version: number }).version;

describeRacesOnEveryStore('a change that is not made when its method returns', store => {
  const serve = () => TestServer.ofControllers([UsersController], { interceptors: [GlobalCommit] });

  it.each(['intercepted', 'global'])('lasts until an interceptor has committed it (%s)', async way => {
    store().configure();
    const server = await serve();
    const changed = server.put(`/users/bob/${way}`);
    const commitNow = await gate.next();
    expect(versionIn(await server.get('/users/bob'))).toBe(1);
    expect(versionIn(await server.get('/users/bob'))).toBe(1);
    commitNow();
    expect((await changed).status).toBe(200);
    expect(versionIn(await server.get('/users/bob'))).toBe(2);
  });

  it.each([
    ['late', 'working done'],
    ['twice', '{"version":2}'],
    ['piped', 'working done'],
  ])('invalidates just its target, however its response ends (%s)', async (way, text) => {
    const faults = store().configure();
    const events = recordEvents('invalidated');
    const server = await serve();
    await ready('the store serves', async () => (await server.get('/users/ann')).outcome === 'hit');
    const changed = server.put(`/users/bob/${way}`);
    const end = await gate.next();
    await server.get('/users/bob');
    end();
    expect((await changed).text).toBe(text);
    expect(versionIn(await server.get('/users/bob'))).toBe(2);
    expect((await server.get('/users/ann')).outcome).toBe('hit');
    expect(new Set(events.flatMap(({ prefixes }) => prefixes))).toEqual(new Set(['/users/bob']));
    expect(faults).toEqual([]);
  });

  it('invalidates its target in an app that is mounted, when the request has left that app', async () => {
    const faults = store().configure();
    const events = recordEvents('invalidated');
    wayOut = new Gate();
    const outer = express();
    outer.use('/api', appOf([UsersController]));
    outer.use((_request, _response, next) => void wayOut?.pass().then(next));
    const server = await TestServer.start(outer);
    const changed = server.put('/api/users/bob/late');
    const end = await gate.next();
    await server.get('/api/users/bob');
    await wayOut.next();
    end();
    await changed;
    expect(versionIn(await server.get('/api/users/bob'))).toBe(2);
    expect(new Set(events.flatMap(({ prefixes }) => prefixes))).toEqual(new Set(['/api/users/bob']));
    expect(faults).toEqual([]);
  });

  it('invalidates just its target when its client leaves before it is made', async () => {
    const faults = store().configure();
    const events = recordEvents('invalidated');
    const server = await serve();
    const leaving = httpGet({ port: server.port, path: '/users/bob/slow', method: 'PUT', agent: false });
    leaving.on('error', () => undefined);
    const makeIt = await gate.next();
    const left = new Deferred();
    leaving.once('close', () => left.resolve());
    leaving.destroy();
    await left.promise;
    await server.get('/users/bob');
    makeIt();
    await until(() => events.length > 0);
    await ready('it is invalidated', async () => versionIn(await server.get('/users/bob')) === 2);
    expect(new Set(events.flatMap(({ prefixes }) => prefixes))).toEqual(new Set(['/users/bob']));
    expect(faults).toEqual([]);
  });

  it('invalidates when it is made, although a middleware has answered for it before', async () => {
    const faults = store().configure();
    const server = await TestServer.ofControllers([UsersController], {
      middlewares: [ImpatientAnswer],
      defaultErrorHandler: false,
    });
    const changed = server.put('/users/bob/impatient');
    const loseIt = await gate.next();
    const makeIt = await gate.next();
    loseIt();
    expect((await changed).text).toBe('{"pending":true}');
    await server.get('/users/bob');
    makeIt();
    await ready('it is invalidated', async () => versionIn(await server.get('/users/bob')) === 2);
    expect(faults).toEqual([]);
  });

  it('that lasts for too long is reported, and no longer prevents the storage of other responses', async () => {
    const faults = store().configure();
    const start = jest.spyOn(deadline, 'startDeadline');
    const server = await serve();
    const changed = server.put('/users/bob/hanging');
    const makeIt = await gate.next();
    const onDeadline = start.mock.calls.filter(([timeoutMs]) => timeoutMs === 10_000).map(call => call[1]);
    // Where nobody else is told of the change, nobody is kept from storing.
    expect(onDeadline).toHaveLength(store().isAway ? 1 : 0);
    await server.get('/users/bob');
    expect((await server.get('/users/bob')).outcome).toBe(store().isAway ? 'fwd=miss' : 'hit');
    onDeadline[0]?.();
    await ready('the store serves', async () => (await server.get('/users/bob')).outcome === 'hit');
    expect(faults.map(({ code }) => code)).toEqual(store().isAway ? ['CACHE_CHANGE_LONG'] : []);
    if (store().isAway) expect(faults[0]?.message).toContain('UsersController.hanging');
    makeIt();
    await changed;
    expect(versionIn(await server.get('/users/bob'))).toBe(2);
  });
});
