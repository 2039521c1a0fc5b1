import type { Response } from 'express';
import { get as httpGet } from 'node:http';
import { CurrentUser, Get, JsonController, Param, Res } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { Deferred, Gate } from '../support/deferred.js';
import { countLookUps, startAfresh, until } from '../support/each.js';
import { streamOf } from '../support/stream.js';
import { TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';

startAfresh();

let runs: number;
let gate: Gate;
let cookies: boolean;

beforeEach(() => {
  runs = 0;
  gate = new Gate();
  cookies = false;
});

function blockEventLoop(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

@JsonController('/slow')
class SlowController {
  @Get('/:name')
  @Cached()
  async slow(@Param('name') name: string, @Res() response: Response) {
    const run = ++runs;
    await gate.pass();
    if (cookies) response.cookie('run', String(run));
    return { name, run };
  }

  @Get('/:name/mine')
  @Cached()
  async mine(@CurrentUser() user: string) {
    const run = ++runs;
    await gate.pass();
    return { user, run };
  }

  @Get('/:name/stream')
  @Cached()
  stream() {
    runs++;
    const held = gate;
    return streamOf(
      (async function* () {
        yield 'begun ';
        await held.pass();
        yield 'ended';
      })(),
    );
  }
}

describe('concurrent misses', () => {
  it('run the handler once: 1,000 requests at once, one run, 1,000 equal answers', async () => {
    const server = await TestServer.ofControllers([SlowController]);
    const lookUps = countLookUps();
    const requests = Array.from({ length: 1000 }, () => server.get('/slow/one'));
    await until(() => lookUps() === 1000);
    (await gate.next())();
    const answers = await Promise.all(requests);
    expect(runs).toBe(1);
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['{"name":"one","run":1}']));
    expect(cache.stats()).toMatchObject({ misses: 1, collapsed: 999, hits: 0, stores: 1 });
  });

  it('of a response that may not be stored run each for itself, and get nothing of the first (R9)', async () => {
    const server = await TestServer.ofControllers([SlowController]);
    const lookUps = countLookUps();
    cookies = true;
    const requests = Array.from({ length: 3 }, () => server.get('/slow/one'));
    await until(() => lookUps() === 3);
    (await gate.next())();
    // The two that waited now run at once, not one after the other.
    const resume = [await gate.next(), await gate.next()];
    for (const go of resume) go();
    const answers = await Promise.all(requests);
    expect(answers.map(({ headers }) => headers['set-cookie']?.[0]).sort()).toEqual([
      'run=1; Path=/',
      'run=2; Path=/',
      'run=3; Path=/',
    ]);
    expect(cache.stats()).toMatchObject({ misses: 3, collapsed: 0, stores: 0 });
  });

  it('do not wait for each other after a response that may not be stored, until one may be stored', async () => {
    const time = holdTime();
    const server = await TestServer.ofControllers([SlowController]);
    cookies = true;
    const first = server.get('/slow/one');
    (await gate.next())();
    await first;

    const apart = [server.get('/slow/one'), server.get('/slow/one')];
    const resume = [await gate.next(), await gate.next()];
    for (const go of resume) go();
    await Promise.all(apart);
    expect(runs).toBe(3);

    time.forwardSeconds(11);
    cookies = false;
    const lookUps = countLookUps();
    const together = [server.get('/slow/one'), server.get('/slow/one')];
    await until(() => lookUps() === 2);
    (await gate.next())();
    await Promise.all(together);
    expect(runs).toBe(4);
  });

  it('of two users never share', async () => {
    const server = await TestServer.ofControllers([SlowController], {
      currentUserChecker: ({ request }) => request.headers['x-user'] as string,
    });
    const requests = ['ann', 'ben'].map(user => server.get('/slow/one/mine', { 'x-user': user }));
    const resume = [await gate.next(), await gate.next()];
    for (const go of resume) go();
    expect((await Promise.all(requests)).map(({ text }) => (JSON.parse(text) as { user: string }).user)).toEqual(['ann', 'ben']);
  });

  it('wait for the response, not for the method: a stream that is still running', async () => {
    const server = await TestServer.ofControllers([SlowController]);
    const lookUps = countLookUps();
    const requests = [server.get('/slow/one/stream'), server.get('/slow/one/stream')];
    await until(() => lookUps() === 2);
    (await gate.next())();
    expect((await Promise.all(requests)).map(({ text, outcome }) => [text, outcome])).toEqual([
      ['begun ended', 'fwd=miss'],
      ['begun ended', 'fwd=miss; collapsed'],
    ]);
    expect(runs).toBe(1);
  });

  it('continue with a waiting request when the client of the first leaves in the middle of the body', async () => {
    const server = await TestServer.ofControllers([SlowController]);
    const lookUps = countLookUps();
    const begun = new Deferred();
    const leaving = httpGet({ port: server.port, path: '/slow/one/stream', agent: false }, response => {
      response.on('error', () => undefined).once('data', () => begun.resolve());
    });
    leaving.on('error', () => undefined);
    await begun.promise;
    const waiters = [server.get('/slow/one/stream'), server.get('/slow/one/stream')];
    await until(() => lookUps() === 3);
    leaving.destroy();
    await gate.next();
    (await gate.next())();
    expect((await Promise.all(waiters)).map(({ text, outcome }) => [text, outcome]).sort()).toEqual([
      ['begun ended', 'fwd=miss'],
      ['begun ended', 'fwd=miss; collapsed'],
    ]);
    expect(runs).toBe(2);
  });

  it('continue with a waiting request, also if the event loop was blocked for longer than collapseTimeout', async () => {
    cache.configure({ collapseTimeout: 1 });
    const server = await TestServer.ofControllers([SlowController]);
    const lookUps = countLookUps();
    const begun = new Deferred();
    const leaving = httpGet({ port: server.port, path: '/slow/one/stream', agent: false }, response => {
      response.on('error', () => undefined).once('data', () => begun.resolve());
    });
    leaving.on('error', () => undefined);
    await begun.promise;
    const waiters = [server.get('/slow/one/stream'), server.get('/slow/one/stream')];
    await until(() => lookUps() === 3);
    blockEventLoop(1200);
    leaving.destroy();
    await gate.next();
    const resume = await gate.next();
    // A request that no longer waits computes within a few turns of the event loop.
    for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve));
    expect(runs).toBe(2);
    resume();
    expect((await Promise.all(waiters)).map(({ outcome }) => outcome).sort()).toEqual(['fwd=miss', 'fwd=miss; collapsed']);
  });
});

describe('a waiting request', () => {
  it('computes itself after collapseTimeout', async () => {
    cache.configure({ collapseTimeout: 0.01 });
    const server = await TestServer.ofControllers([SlowController]);
    const first = server.get('/slow/one');
    const resumeFirst = await gate.next();
    const second = server.get('/slow/one');
    (await gate.next())();
    expect(await second).toMatchObject({ outcome: 'fwd=miss', text: '{"name":"one","run":2}' });
    // What began earlier does not overwrite what is there.
    resumeFirst();
    await first;
    expect((await server.get('/slow/one')).text).toBe('{"name":"one","run":2}');
  });

  it('never waits with a collapseTimeout of 0', async () => {
    cache.configure({ collapseTimeout: 0 });
    const server = await TestServer.ofControllers([SlowController]);
    const requests = [server.get('/slow/one'), server.get('/slow/one')];
    const resume = [await gate.next(), await gate.next()];
    for (const go of resume) go();
    await Promise.all(requests);
    expect(runs).toBe(2);
  });
});
