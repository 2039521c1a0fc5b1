import { AsyncLocalStorage } from 'node:async_hooks';
import { join } from 'node:path';
import type { NextFunction, Request, Response } from 'express';
import {
  Controller,
  CurrentUser,
  Get,
  HeaderParam,
  InternalServerError,
  JsonController,
  Param,
  Redirect,
  Req,
  Res,
  UseAfter,
  UseBefore,
  UseInterceptor,
  type Action,
} from 'routing-controllers';
import { cache, Cached, cacheControl, type VerificationReport } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { startAfresh } from '../support/each.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { skipPauses } from '../support/pauses.js';
import { root } from '../support/examples.js';
import { streamOf } from '../support/stream.js';
import { TestServer } from '../support/server.js';

startAfresh();
afterEach(unsubscribeAll);

const tenants = new AsyncLocalStorage<string>();
let runs: string[];
let gate: Gate | undefined;
let after: number;
let before: number;
let failure: Error | undefined;
let cookie: boolean;
let secret: boolean;

beforeEach(() => {
  runs = [];
  gate = failure = undefined;
  after = before = 0;
  cookie = secret = false;
  skipPauses();
});

function inTenant(request: Request, _response: Response, next: NextFunction): void {
  before++;
  tenants.run(String(request.headers['x-tenant']), next);
}

@JsonController('/users')
@UseBefore(inTenant)
@UseAfter((_request: Request, _response: Response, next: NextFunction) => {
  after++;
  next();
})
class Users {
  @Get('/me')
  @Cached({ varyBy: action => String((action.request as Request).headers['x-tenant']) })
  async me(@CurrentUser() user: { id: string }, @HeaderParam('x-language') language: string): Promise<unknown> {
    await gate?.pass();
    runs.push(`${user.id} ${language} ${tenants.getStore()}`);
    return { id: user.id, language };
  }

  @Get('/failing')
  @Cached()
  failing(@Res() response: Response): unknown {
    if (failure !== undefined) throw failure;
    if (cookie) response.cookie('a', 'b');
    return { fine: true };
  }

  @Get('/reading')
  @Cached()
  reading(@Req() request: Request): unknown {
    return { secret: secret ? request.headers['x-secret'] : 'none' };
  }

  @Get('/never/:id')
  @Cached({ verify: false })
  never(): unknown {
    runs.push('never');
    return {};
  }

  @Get('/always/:id')
  @Cached({ verify: { sample: 1 } })
  always(): unknown {
    runs.push('always');
    return {};
  }

  @Get('/sometimes/:id')
  @Cached()
  sometimes(): unknown {
    runs.push('sometimes');
    return {};
  }
}

/** Methods that answer in every way. */
@Controller('/ways')
class Ways {
  @Get('/json')
  @Cached()
  json(@Res() response: Response): unknown {
    return response.set('X-Own', 'a').json({ a: 1 });
  }

  @Get('/later')
  @Cached()
  async later(@Res() response: Response): Promise<unknown> {
    await new Promise(resolve => setImmediate(resolve));
    return response.end('later');
  }

  @Get('/pieces')
  @Cached()
  pieces(@Res() response: Response): unknown {
    response.write('one ');
    response.end('two');
    return response;
  }

  @Get('/buffer')
  @Cached()
  buffer(): Buffer {
    return Buffer.from([0, 255]);
  }

  @Get('/stream')
  @Cached()
  stream(): unknown {
    return streamOf(['a', 'b']);
  }

  @Get('/file')
  @Cached()
  async file(@Res() response: Response): Promise<unknown> {
    await new Promise<void>((resolve, reject) => {
      response.sendFile(join(root, 'LICENSE'), error => {
        if (error as Error | undefined) reject(error);
        else resolve();
      });
    });
    return response;
  }

  @Get('/nothing')
  @Cached()
  nothing(): null {
    return null;
  }

  @Get('/redirect')
  @Cached({ statuses: [302] })
  @Redirect('/ways/nothing')
  redirect(): undefined {
    return undefined;
  }

  @Get('/intercepted')
  @Cached()
  @UseInterceptor((_action: Action, content: unknown) => `intercepted ${String(content)}`)
  intercepted(): string {
    return 'text';
  }

  @Get('/missing')
  @Cached({ statuses: [404] })
  missing(): undefined {
    return undefined;
  }

  @Get('/tagged/:id')
  @Cached()
  tagged(@Param('id') id: string, @Res() response: Response): string {
    cacheControl(response).tag(`thing:${id}`);
    return id;
  }
}

const start = (): Promise<TestServer> =>
  TestServer.ofControllers([Users, Ways], {
    currentUserChecker: ({ request }) => ({ id: String((request as Request).headers['x-user']) }),
  });
const verified = async (): Promise<VerificationReport> => (await cache.verifications())!;

describe('the run of a verification', () => {
  it('has the user, the headers and the asynchronous context of its hit, also if it waits for another', async () => {
    cache.configure({ verify: { sample: 1 } });
    const server = await start();
    const people = ['ann', 'bob', 'cid'];
    const askAll = (): Promise<unknown> =>
      Promise.all(
        people.map(name => server.get('/users/me', { 'x-user': name, 'x-language': `l-${name}`, 'x-tenant': `t-${name}` })),
      );
    await askAll();
    runs = [];
    gate = new Gate();
    await askAll();
    for (const name of people) {
      expect(runs.filter(run => run.startsWith(name)).length).toBeLessThan(2);
      (await gate.next())();
    }
    expect(await verified()).toMatchObject({ same: 3, skipped: 0 });
    expect(runs.sort()).toEqual(people.map(name => `${name} l-${name} t-${name}`));
  });

  it('runs one method at a time', async () => {
    cache.configure({ verify: { sample: 1 } });
    const server = await start();
    const ask = (user: string): Promise<unknown> => server.get('/users/me', { 'x-user': user });
    await Promise.all(['ann', 'bob'].map(ask));
    gate = new Gate();
    runs = [];
    await Promise.all(['ann', 'bob'].map(ask));
    const first = await gate.next();
    const second = gate.next();
    const arrived = jest.fn();
    void second.then(arrived);
    await server.get('/users/sometimes/1');
    expect(arrived).not.toHaveBeenCalled();
    first();
    (await second)();
    expect(await verified()).toMatchObject({ same: 2 });
  });

  it('repeats no middleware', async () => {
    cache.configure({ verify: { sample: 1 } });
    const server = await start();
    await server.get('/users/me', { 'x-user': 'ann' });
    await server.get('/users/me', { 'x-user': 'ann' });
    expect(await verified()).toMatchObject({ same: 1 });
    expect([before, after]).toEqual([2, 2]);
  });

  it.each(['json', 'later', 'pieces', 'buffer', 'stream', 'file', 'nothing', 'redirect', 'intercepted', 'missing', 'tagged/5'])(
    'compares the response of a method that responds in another way: %s',
    async way => {
      cache.configure({ verify: { sample: 1 } });
      const events = recordEvents('verified');
      const server = await start();
      const fresh = await server.get(`/ways/${way}`);
      const hit = await server.get(`/ways/${way}`);
      expect(hit.outcome).toBe('hit');
      expect(hit.body).toEqual(fresh.body);
      expect(await verified()).toMatchObject({ same: 1, discarded: 0, skipped: 0 });
      expect(events.map(({ outcome }) => outcome)).toEqual(['same']);
    },
  );

  it('compares with GET after a hit of HEAD', async () => {
    cache.configure({ verify: { sample: 1 } });
    const server = await start();
    await server.get('/ways/json');
    expect((await server.send('/ways/json', { method: 'HEAD' })).outcome).toBe('hit');
    expect(await verified()).toMatchObject({ same: 1 });
  });

  it('compares whole responses after a 304', async () => {
    cache.configure({ verify: { sample: 1 } });
    const server = await start();
    const { headers } = await server.get('/ways/json');
    expect((await server.get('/ways/json', { 'if-none-match': String(headers.etag) })).status).toBe(304);
    expect(await verified()).toMatchObject({ same: 1 });
  });

  it.each([
    ['throws', 'the handler failed', () => (failure = new InternalServerError('away'))],
    ['throws by mistake', 'the handler failed', () => (failure = new TypeError('away'))],
    ['sets a cookie', 'the response sets a cookie', () => (cookie = true)],
  ])('is no measure if the method %s, and the fault comes once', async (_what, reason, begin) => {
    const faults: Error[] = [];
    cache.configure({ verify: { sample: 1 }, onError: fault => faults.push(fault) });
    const events = recordEvents('verified');
    const server = await start();
    await server.get('/users/failing');
    begin();
    for (let hit = 0; hit < 3; hit++) expect((await server.get('/users/failing')).outcome).toBe('hit');
    expect(await verified()).toMatchObject({ discarded: 3 });
    expect(events).toEqual([]);
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        `^CACHE_VERIFY_FAILED: Users.failing: a hit could not be verified, because a new response is no measure: ${reason}.*verify: false`,
      ),
    ]);
    expect((await server.get('/users/failing')).outcome).toBe('hit');
  });

  it('is no measure if the method reads an input outside the key', async () => {
    cache.configure({ verify: { sample: 1 }, onError: () => undefined });
    const server = await start();
    await server.get('/users/reading');
    secret = true;
    const hit = await server.get('/users/reading', { 'x-secret': '7' });
    expect(hit.text).toBe('{"secret":"none"}');
    expect(await verified()).toMatchObject({ discarded: 1, stale: 0 });
  });

  it('does not happen with verify: false', async () => {
    cache.configure({ verify: { sample: 1 } });
    const server = await start();
    for (let request = 0; request < 3; request++) await server.get('/users/never/1');
    expect(await verified()).toMatchObject({ same: 0, skipped: 0 });
    expect(runs).toEqual(['never']);
  });

  it('happens for the chosen actions if the configuration samples none', async () => {
    cache.configure({ verify: { sample: 0 } });
    const server = await start();
    for (let request = 0; request < 3; request++) {
      await server.get('/users/always/1');
      await server.get('/users/sometimes/1');
    }
    expect(await verified()).toMatchObject({ same: 2 });
    expect(runs.sort()).toEqual(['always', 'always', 'always', 'sometimes']);
  });

  it('does not happen without verify, with any options of an action', async () => {
    const server = await start();
    for (let request = 0; request < 3; request++) await server.get('/users/always/1');
    expect(await cache.verifications()).toBeUndefined();
    expect(runs).toEqual(['always']);
  });
});
