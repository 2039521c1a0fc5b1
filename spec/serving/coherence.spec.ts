import type { NextFunction, Request, Response } from 'express';
import { get as httpGet } from 'node:http';
import { BadRequestError, Get, InternalServerError, JsonController, Param, Put, Res, UseBefore } from 'routing-controllers';
import { cache, Cached, InvalidatesCache } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { Deferred, Gate } from '../support/deferred.js';
import { countLookUps, startAfresh, until } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { streamOf } from '../support/stream.js';

startAfresh();

/** What the handlers read and change: a version that only grows. */
let version: number;
let reads: number;
let readGate: Gate | undefined;
let changeGate: Gate | undefined;
let failure: Error | undefined;
const value = { version: 0, mutable: [0] };

beforeEach(() => {
  version = 1;
  reads = 0;
  readGate = changeGate = failure = undefined;
});

/** Changes in place whatever buffer is sent. */
function scribbler(_request: Request, response: Response, next: NextFunction) {
  const end = response.end.bind(response) as (...args: unknown[]) => Response;
  response.end = ((chunk: unknown, ...rest: unknown[]) => {
    if (Buffer.isBuffer(chunk)) chunk[0] = chunk[0] === 0x61 ? 0x41 : 0x21;
    return end(chunk, ...rest);
  }) as Response['end'];
  next();
}

@JsonController('/users')
class UsersController {
  @Get('/:name')
  @Cached({ timeout: 60 })
  async user(@Param('name') name: string) {
    reads++;
    const seen = version;
    await readGate?.pass();
    if (failure !== undefined) throw failure;
    return { name, version: seen };
  }

  @Get('/:name/shared')
  @Cached()
  shared() {
    reads++;
    value.version = version;
    value.mutable = [version];
    return value;
  }

  @Get('/:name/bytes')
  @Cached()
  bytes(@Res() response: Response) {
    reads++;
    const bytes = Buffer.from('as it was sent');
    response.end(bytes);
    bytes.fill('x');
    return response;
  }

  @Get('/:name/scribbled')
  @Cached()
  @UseBefore(scribbler)
  scribbled(@Res() response: Response) {
    response.end(Buffer.from('as it was sent'));
    return response;
  }

  @Put('/:name')
  @InvalidatesCache('/users/:name')
  async change() {
    version++;
    await changeGate?.pass();
    if (failure !== undefined) throw failure;
    return { version };
  }

  @Put('/:name/in-pieces')
  @InvalidatesCache('/users/:name')
  async changeInPieces(@Res() response: Response) {
    response.write('working ');
    await changeGate?.pass();
    version++;
    response.end('done');
    await changeGate?.pass();
    return response;
  }

  @Put('/:name/in-a-stream')
  @InvalidatesCache('/users/:name')
  changeInAStream() {
    const gate = changeGate;
    return streamOf(
      (async function* () {
        yield 'working ';
        await gate?.pass();
        version++;
        yield 'done';
      })(),
    );
  }

  @Put('/:name/by-hand')
  @InvalidatesCache('/users/:name')
  async changeByHand(@Res() response: Response) {
    version++;
    response.json({ version });
    await changeGate?.pass();
    return response;
  }
}

const versionIn = (answer: { text: string }) => (JSON.parse(answer.text) as { version: number }).version;

describe('a response that was computed before an invalidation', () => {
  it('is not stored after it (R1)', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    readGate = new Gate();
    const old = server.get('/users/bob');
    const resume = await readGate.next();
    readGate = undefined;
    expect((await server.put('/users/bob')).status).toBe(200);
    resume();
    expect(versionIn(await old)).toBe(1);

    const next = await server.get('/users/bob');
    expect([next.outcome, versionIn(next)]).toEqual(['fwd=miss', 2]);
    expect((await server.get('/users/bob')).outcome).toBe('hit');
  });

  it('does not answer a request that comes after it while the old computation still runs (R3)', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    readGate = new Gate();
    const old = server.get('/users/bob');
    const resumeOld = await readGate.next();
    await server.put('/users/bob');

    const lookUps = countLookUps();
    const fresh = server.get('/users/bob');
    const resumeFresh = await readGate.next();
    resumeOld();
    expect(versionIn(await old)).toBe(1);
    // The one that comes now joins the fresh computation, not the old one that has just ended.
    const joined = server.get('/users/bob');
    await until(() => lookUps() === 2);
    resumeFresh();
    expect(versionIn(await fresh)).toBe(2);
    expect(await joined).toMatchObject({ outcome: 'fwd=miss; collapsed', text: '{"name":"bob","version":2}' });
    expect(reads).toBe(2);
    expect(versionIn(await server.get('/users/bob'))).toBe(2);
  });

  it('is not stored when the invalidation comes while its last byte is on the way to the store (R4)', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    const { store } = processCache.current.get();
    const save = store.save.bind(store);
    jest.spyOn(store, 'save').mockImplementationOnce((...args) => {
      version++;
      void store.invalidate({ prefixes: ['/users/bob'] });
      return save(...args);
    });
    expect(versionIn(await server.get('/users/bob'))).toBe(1);
    expect(store.size().entries).toBe(0);
    expect(versionIn(await server.get('/users/bob'))).toBe(2);
  });

  it('does not return when it ends after a later computation', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    const lookUp = jest.spyOn(processCache.current.get().store, 'lookup');
    readGate = new Gate();
    const slow = server.get('/users/bob');
    const resumeSlow = await readGate.next();
    processCache.current.get().singleFlight.markHitForMiss(lookUp.mock.calls[0]![0].key);
    readGate = undefined;
    version++;
    expect(versionIn(await server.get('/users/bob'))).toBe(2);
    resumeSlow();
    await slow;
    expect(versionIn(await server.get('/users/bob'))).toBe(2);
  });
});

describe('a response that was handed out', () => {
  it('does not change with the object that the handler returned (R8)', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    const miss = await server.get('/users/bob/shared');
    value.version = 77;
    expect((await server.get('/users/bob/shared')).text).toBe(miss.text);
    expect(miss.text).toBe('{"version":1,"mutable":[1]}');
  });

  it('does not change with the buffer that the handler sent (R8)', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    await server.get('/users/bob/bytes');
    const hit = await server.get('/users/bob/bytes');
    expect([hit.outcome, hit.text]).toEqual(['hit', 'as it was sent']);
  });

  it('cannot be changed in the store by the consumer of a hit (R8)', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    for (const outcome of ['fwd=miss', 'hit', 'hit']) {
      expect(await server.get('/users/bob/scribbled')).toMatchObject({ outcome, text: 'As it was sent' });
    }
  });
});

describe('a change', () => {
  it('whose method throws an HttpError below 500 invalidates nothing (R13)', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    await server.get('/users/bob');
    failure = new BadRequestError('no');
    expect((await server.put('/users/bob')).status).toBe(400);
    expect((await server.get('/users/bob')).outcome).toBe('hit');
  });

  it.each([
    ['an Error', new Error('broken')],
    ['an HttpError of 500', new InternalServerError('broken')],
  ])('whose method throws %s may be half done, and invalidates (R13)', async (_name, thrown) => {
    const server = await TestServer.ofControllers([UsersController]);
    await server.get('/users/bob');
    failure = thrown;
    await server.put('/users/bob');
    failure = undefined;
    const next = await server.get('/users/bob');
    expect([next.outcome, versionIn(next)]).toEqual(['fwd=miss', 2]);
  });

  it('has invalidated when its response is sent (R15)', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    await server.get('/users/bob');
    await server.put('/users/bob');
    expect(cache.stats()).toMatchObject({ entries: 0, invalidations: 1 });
  });

  it('invalidates the cache that is at work when it ends, after a reset too', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    changeGate = new Gate();
    version = 0;
    const changed = server.put('/users/bob');
    const resume = await changeGate.next();
    await cache.reset();
    await server.get('/users/bob');
    version++;
    resume();
    await changed;
    expect(await server.get('/users/bob')).toMatchObject({ outcome: 'fwd=miss', text: '{"name":"bob","version":2}' });
  });

  it('that writes its response by hand has invalidated before the first byte, and does again when it returns (R15)', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    await server.get('/users/bob');
    changeGate = new Gate();
    const seen = await new Promise<number>((resolve, reject) => {
      const sent = httpGet({ port: server.port, path: '/users/bob/by-hand', method: 'PUT', agent: false }, response => {
        response.resume();
        resolve(cache.stats().entries);
      });
      sent.on('error', reject);
    });
    expect(seen).toBe(0);
    // What is stored while the method still runs may be older than what it does next.
    await server.get('/users/bob');
    expect(cache.stats().entries).toBe(1);
    (await changeGate.next())();
    await until(() => cache.stats().entries === 0);
  });
});

describe('a change that answers in pieces', () => {
  it.each(['in-pieces', 'in-a-stream'])('(%s) has invalidated before its last one', async how => {
    const server = await TestServer.ofControllers([UsersController]);
    changeGate = new Gate();
    const changed = server.put(`/users/bob/${how}`);
    const resume = await changeGate.next();
    // It is stored while the change is still being made.
    expect(versionIn(await server.get('/users/bob'))).toBe(1);
    resume();
    expect((await changed).text).toBe('working done');
    expect(versionIn(await server.get('/users/bob'))).toBe(2);
    if (how === 'in-pieces') (await changeGate.next())();
  });
});

describe('a change whose client leaves in the middle of its stream', () => {
  it('has invalidated the entry that was stored during the stream', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    changeGate = new Gate();
    const begun = new Deferred();
    const leaving = httpGet({ port: server.port, path: '/users/bob/in-a-stream', method: 'PUT', agent: false }, response => {
      response.on('error', () => undefined).once('data', () => begun.resolve());
    });
    leaving.on('error', () => undefined);
    await begun.promise;
    await server.get('/users/bob');
    expect(cache.stats().entries).toBe(1);
    leaving.destroy();
    await until(() => cache.stats().entries === 0);
    (await changeGate.next())();
  });
});

describe('a request that waits for another one', () => {
  it('is answered when the one that computes fails, and nothing is stored (R10)', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    const lookUps = countLookUps();
    readGate = new Gate();
    failure = new Error('the database is gone');
    const leader = server.get('/users/bob');
    const fail = await readGate.next();
    const waiters = [server.get('/users/bob'), server.get('/users/bob')];
    await until(() => lookUps() === 3);
    fail();
    expect((await leader).status).toBe(500);
    const released = [await readGate.next(), await readGate.next()];
    failure = undefined;
    for (const release of released) release();
    expect((await Promise.all(waiters)).map(({ status, outcome }) => [status, outcome])).toEqual([
      [200, 'fwd=miss'],
      [200, 'fwd=miss'],
    ]);
    expect(reads).toBe(3);
  });

  it('is answered when the client of the one that computes leaves (R11)', async () => {
    const server = await TestServer.ofControllers([UsersController]);
    const lookUps = countLookUps();
    readGate = new Gate();
    const leaving = httpGet({ port: server.port, path: '/users/bob', agent: false });
    leaving.on('error', () => undefined);
    const resume = await readGate.next();
    const waiter = server.get('/users/bob');
    await until(() => lookUps() === 2);
    leaving.destroy();
    resume();
    expect(await waiter).toMatchObject({ status: 200, outcome: 'fwd=miss; collapsed' });
    expect(reads).toBe(1);
    expect((await server.get('/users/bob')).outcome).toBe('hit');
  });
});
