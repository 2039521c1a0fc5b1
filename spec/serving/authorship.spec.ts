import type { NextFunction, Request, Response } from 'express';
import { pipeline } from 'node:stream/promises';
import {
  type Action,
  Get,
  JsonController,
  Middleware,
  NotFoundError,
  Param,
  Res,
  UseBefore,
  UseInterceptor,
} from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { countLookUps, startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { appOf, TestServer } from '../support/server.js';
import { ready } from '../../test-servers/readiness.js';
import { streamOf } from '../support/stream.js';

startAfresh();

let runs: number;
/** Where slow methods and interceptors wait. */
let gate: Gate;
/** Where those who answer for a slow method wait: it is opened once for each request that it is to happen to. */
let impatience: Gate;
let status: number;
let isImpatient: boolean;
let failure: Error | undefined;
let intercepted: unknown[];

beforeEach(() => {
  runs = 0;
  gate = new Gate();
  impatience = new Gate();
  status = 200;
  isImpatient = true;
  failure = undefined;
  intercepted = [];
});

/** Passes on an error when a method takes too long, as `connect-timeout` does. */
function timeLimit(_request: Request, _response: Response, next: NextFunction): void {
  if (isImpatient) void impatience.pass().then(() => next(new Error('it takes too long')));
  next();
}

/** Answers by itself when a method takes too long. */
function pendingAnswer(_request: Request, response: Response, next: NextFunction): void {
  if (isImpatient) void impatience.pass().then(() => response.status(status).json({ pending: true }));
  next();
}

/** Answers with a stream when a method takes too long. */
function pendingStream(_request: Request, response: Response, next: NextFunction): void {
  if (isImpatient) void impatience.pass().then(() => streamOf(['pen', 'ding']).pipe(response.status(status)));
  next();
}

/** Replaces what methods answer with, as middlewares that wrap bodies do. */
function wrapping(_request: Request, response: Response, next: NextFunction): void {
  const json = response.json.bind(response);
  response.json = body => json({ wrapped: body as unknown });
  next();
}

@Middleware({ type: 'after' })
class ErrorAnswer {
  error(_error: Error, _request: Request, response: Response, next: NextFunction): void {
    if (response.headersSent) next();
    else response.status(status).json({ pending: true });
  }
}

function slowly(_action: Action, result: unknown): Promise<unknown> {
  return gate.pass().then(() => result);
}

@JsonController('/slow')
class SlowController {
  @Get('/error')
  @UseBefore(timeLimit)
  @Cached({ timeout: 60, statuses: [200, 503], edge: true })
  error() {
    return this.answer();
  }

  @Get('/timer')
  @UseBefore(pendingAnswer)
  @Cached({ timeout: 60, statuses: [200, 503] })
  timer() {
    return this.answer();
  }

  @Get('/stream')
  @UseBefore(pendingStream)
  @Cached({ timeout: 60, statuses: [200, 503] })
  stream() {
    return this.answer();
  }

  @Get('/by-hand')
  @UseBefore(pendingAnswer)
  @Cached({ timeout: 60, statuses: [200, 503] })
  async byHand(@Res() response: Response) {
    const answer = await this.answer();
    if (!response.headersSent) response.json(answer);
    return response;
  }

  @Get('/intercepted')
  @UseBefore(pendingAnswer)
  @UseInterceptor(slowly)
  @Cached({ timeout: 60, statuses: [200, 503] })
  intercepted() {
    return { runs: ++runs };
  }

  private async answer() {
    runs++;
    await gate.pass();
    return { runs };
  }
}

function noteResult(_action: Action, result: unknown): unknown {
  intercepted.push(result);
  return result;
}

@JsonController('/own')
class OwnController {
  @Get('/wrapped')
  @UseBefore(wrapping)
  @UseInterceptor(noteResult)
  @Cached({ timeout: 60 })
  async wrapped(@Res() response: Response) {
    await Promise.resolve();
    return response.json({ runs: ++runs });
  }

  @Get('/callback')
  @Cached({ timeout: 60 })
  callback(@Res() response: Response) {
    return new Promise(resolve => {
      setImmediate(() => {
        response.type('text').write('by ');
        setImmediate(() => resolve(response.end('hand')));
      });
    });
  }

  @Get('/piped')
  @Cached({ timeout: 60 })
  async piped(@Res() response: Response) {
    await pipeline(streamOf(['one ', 'two']), response);
    return response;
  }

  @Get('/file')
  @Cached({ timeout: 60 })
  async file(@Res() response: Response) {
    await new Promise(resolve => response.sendFile(__filename, { maxAge: '1h' }, resolve));
    return response;
  }

  @Get('/empty')
  @Cached({ timeout: 60 })
  empty() {
    return streamOf([]);
  }

  @Get('/missing')
  @Cached({ timeout: 60, statuses: [404] })
  missing() {
    throw new NotFoundError('nobody');
  }

  @Get('/failing/:name')
  @Cached({ timeout: 60 })
  async failing(@Param('name') _name: string, @Res() response: Response) {
    response.json({ runs: ++runs });
    await gate.pass();
    if (failure !== undefined) throw failure;
    return response;
  }
}

describeEveryStore('the response of a middleware in place of a slow method', store => {
  const app = () => appOf([SlowController], { middlewares: [ErrorAnswer], defaultErrorHandler: false });

  describe.each(['error', 'timer', 'stream', 'by-hand', 'intercepted'])('(%s)', way => {
    it.each([200, 503])('is for no other client, with a status of %i', async given => {
      status = given;
      store().configure();
      const server = await TestServer.start(app());
      const lookUps = countLookUps();
      const lost = server.get(`/slow/${way}`);
      const answerLost = await impatience.next();
      const goOnLost = await gate.next();
      isImpatient = false;
      const waits = server.get(`/slow/${way}`);
      await until(() => lookUps() === 2);
      answerLost();
      expect((await lost).text).toContain('pending');
      // Who has waited has the method run again.
      const goOn = await gate.next();
      goOnLost();
      goOn();
      expect(await waits).toMatchObject({ status: 200, text: '{"runs":2}' });
      await ready('it is stored', async () => (await server.get(`/slow/${way}`)).outcome === 'hit');
      expect((await server.get(`/slow/${way}`)).text).toBe('{"runs":2}');
      expect(runs).toBe(2);
    });
  });

  it('is not stored at the edge', async () => {
    store().configure();
    const server = await TestServer.start(cache.edge(app()));
    const lost = server.get('/slow/error');
    (await impatience.next())();
    const goOn = await gate.next();
    expect((await lost).text).toBe('{"pending":true}');
    goOn();
    isImpatient = false;
    const next = server.get('/slow/error');
    (await gate.next())();
    expect((await next).text).toBe('{"runs":2}');
  });
});

describeEveryStore('the response of a method through its own means', store => {
  it.each([
    ['wrapped', '{"wrapped":{"runs":1}}'],
    ['callback', 'by hand'],
    ['piped', 'one two'],
    ['file', expect.stringContaining('a unique text in this file')],
    ['empty', ''],
    ['missing', expect.stringContaining('nobody')],
  ])('is stored (%s)', async (way, text) => {
    store().configure();
    const server = await TestServer.ofControllers([OwnController]);
    const miss = await server.get(`/own/${way}`);
    expect([miss.outcome, miss.text]).toEqual(['fwd=miss', text]);
    await until(() => cache.stats().stores === 1);
    expect(await server.get(`/own/${way}`)).toMatchObject({ outcome: 'hit', text: miss.text, status: miss.status });
  });

  it('has interceptors get the response that they know', async () => {
    store().configure();
    let known: unknown;
    const keep = (_request: Request, response: Response, next: NextFunction) => {
      known = response;
      next();
    };
    const server = await TestServer.ofControllers([OwnController], { middlewares: [middlewareOf(keep)] });
    await server.get('/own/wrapped');
    expect(intercepted[0]).toBe(known);
  });

  it.each([
    ['an Error', new Error('broken')],
    ['an HttpError below 500', new NotFoundError('broken')],
  ])('is not stored when the method then throws %s', async (_name, thrown) => {
    store().configure();
    const server = await TestServer.ofControllers([OwnController], { defaultErrorHandler: false, middlewares: [ErrorAnswer] });
    failure = thrown;
    const first = server.get('/own/failing/bob');
    const fail = await gate.next();
    expect((await first).text).toBe('{"runs":1}');
    fail();
    failure = thrown;
    const second = server.get('/own/failing/bob');
    const succeed = await gate.next();
    failure = undefined;
    succeed();
    expect(await second).toMatchObject({ outcome: 'fwd=miss', text: '{"runs":2}' });
    await ready('it is stored', async () => (await server.get('/own/failing/bob')).outcome === 'hit');
  });
});

function middlewareOf(use: (request: Request, response: Response, next: NextFunction) => void) {
  @Middleware({ type: 'before' })
  class Before {
    readonly use = use;
  }
  Object.assign(Before.prototype, { use });
  return Before;
}
