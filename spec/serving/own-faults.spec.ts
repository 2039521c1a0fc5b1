import { ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { Controller, Get, Put, Req, Res, UseBefore } from 'routing-controllers';
import { cache, Cached, InvalidatesCache, type CacheFault } from '../../lib/index.js';
import { ActionPath } from '../../lib/actions/action-path.js';
import { InvalidatingAction } from '../../lib/actions/invalidating-action.js';
import { HeaderDiff } from '../../lib/http/header-diff.js';
import { ReadWatch } from '../../lib/reads/read-watch.js';
import { Authorship } from '../../lib/serving/authorship.js';
import { ResponseControl } from '../../lib/serving/response-control.js';
import { DeclaredWrite } from '../../lib/writes/declared-write.js';
import { WriteScopes } from '../../lib/writes/write-scopes.js';
import { processCache } from '../../lib/cache/process-cache.js';
import type { LookupResult } from '../../lib/stores/store.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();

let runs: number;
let faults: CacheFault[];
beforeEach(() => {
  runs = 0;
  faults = [];
});

@Controller('/faulty')
class FaultyController {
  @Get('/result')
  @UseBefore((_request: Request, response: Response, next: NextFunction) => {
    response.set('X-Middleware', 'yes');
    next();
  })
  @Cached({ timeout: 60 })
  result() {
    runs++;
    return 'of the handler';
  }

  @Get('/pieces')
  @Cached({ timeout: 60 })
  pieces(@Res() response: Response) {
    runs++;
    response.write('of the ');
    response.end('handler');
    return response;
  }

  @Put('/result')
  @InvalidatesCache()
  change() {
    runs++;
    return 'of the handler';
  }

  @Get('/reading')
  @Cached({ timeout: 60 })
  reading(@Req() request: Request) {
    runs++;
    return request.headers['x-text'];
  }

  @Get('/failing')
  @Cached({ timeout: 60 })
  async failing() {
    runs++;
    await Promise.resolve();
    throw new TypeError('of the handler');
  }
}

async function start(): Promise<TestServer> {
  cache.configure({ onError: fault => faults.push(fault) });
  return TestServer.ofControllers([FaultyController]);
}

const broken = (): never => {
  throw new TypeError('the cache is broken');
};

const damagedEntry = () =>
  ({
    kind: 'hit',
    entry: {
      response: {
        status: 201,
        headers: [
          { kind: 'set', name: 'X-Damaged', value: '1' },
          { kind: 'set', name: 'no name' },
        ],
      },
    },
  }) as never;

const store = () => processCache.current.get().store;
const lookUpAs = (found: () => unknown) => jest.spyOn(store(), 'lookup').mockImplementation(found as () => LookupResult);

const breaks: Record<string, () => void> = {
  'an action that cannot be described': () => {
    jest.spyOn(processCache.registry, 'defaultsOf').mockImplementation(broken);
  },
  'an outcome that cannot be counted': () => {
    jest.spyOn(processCache.current.get(), 'recordOutcome').mockImplementation(broken);
  },
  'a computation that cannot begin': () => {
    jest.spyOn(Authorship.prototype as unknown as { interceptNext(): void }, 'interceptNext').mockImplementation(broken);
  },
  'a store that answers with nothing': () => lookUpAs(() => undefined),
  'a store that answers with nothing, later': () => lookUpAs(() => Promise.resolve(undefined)),
  'an entry that cannot be replayed': () => lookUpAs(damagedEntry),
  'an entry that cannot be replayed, later': () => lookUpAs(() => Promise.resolve(damagedEntry())),
  'a computation that cannot be joined': () => {
    jest.spyOn(processCache.current.get().singleFlight, 'get').mockImplementation(broken);
  },
  'a watch that cannot begin': () => {
    jest.spyOn(ServerResponse.prototype, 'getHeaders').mockImplementation(broken);
  },
  'a head that cannot be recorded': () => {
    jest.spyOn(HeaderDiff.prototype, 'changes').mockImplementation(broken);
  },
  'a response that cannot be judged': () => {
    jest.spyOn(ResponseControl, 'of').mockImplementation(broken);
  },
};

describe.each(Object.keys(breaks))('with %s', name => {
  it.each(['/faulty/result', '/faulty/pieces'])('the handler answers (%s), and the fault is reported', async path => {
    const server = await start();
    breaks[name]!();
    const answer = await server.get(path, { range: 'bytes=0-1' });
    expect([answer.status, answer.text, runs]).toEqual([200, 'of the handler', 1]);
    expect(answer.headers).not.toHaveProperty('x-damaged');
    if (path === '/faulty/result') expect(answer.headers['x-middleware']).toBe('yes');
    expect(faults.map(({ cause }) => (cause as Error).name)).toContain('TypeError');
    jest.restoreAllMocks();
    expect(cache.stats()).toMatchObject({ entries: 0 });
  });
});

const changeBreaks: Record<string, () => void> = {
  'an action that cannot be described': () => {
    jest.spyOn(processCache.registry, 'decorationsOf').mockImplementation(broken);
  },
  'targets that cannot be looked for': () => {
    jest.spyOn(InvalidatingAction.prototype, 'knownTargets').mockImplementation(broken);
  },
  'a path that cannot be read': () => {
    jest.spyOn(ActionPath.prototype, 'pathVariants').mockImplementation(broken);
  },
  'a scope that cannot be opened': () => {
    jest.spyOn(WriteScopes.prototype, 'open').mockImplementation(broken);
  },
  'a declaration that cannot begin': () => {
    jest.spyOn(DeclaredWrite.prototype, 'begin').mockImplementation(broken);
  },
  'an invalidation that cannot be made': () => {
    jest.spyOn(DeclaredWrite.prototype, 'commit').mockImplementation(broken);
  },
  'an end that cannot be noted': () => {
    jest.spyOn(DeclaredWrite.prototype, 'end').mockImplementation(broken);
  },
};

describe.each(Object.keys(changeBreaks))('a change with %s', name => {
  it('is made, invalidates everything, and the fault is reported once', async () => {
    const server = await start();
    await server.get('/faulty/result');
    expect((await server.get('/faulty/result')).outcome).toBe('hit');
    changeBreaks[name]!();
    const answer = await server.put('/faulty/result');
    expect([answer.status, answer.text, runs]).toEqual([200, 'of the handler', 2]);
    expect(faults.map(({ cause }) => (cause as Error).name)).toEqual(['TypeError']);
    jest.restoreAllMocks();
    expect((await server.get('/faulty/result')).outcome).toBe('fwd=miss');
  });
});

describe('a watch of reads that fails', () => {
  it('lets the method read, and the fault is reported', async () => {
    const server = await start();
    jest.spyOn(ReadWatch.prototype as unknown as { record(): void }, 'record').mockImplementation(broken);
    for (let time = 0; time < 2; time++) {
      const answer = await server.get('/faulty/reading', { 'x-text': 'of the request' });
      expect([answer.status, answer.text]).toEqual([200, 'of the request']);
    }
    expect(runs).toBe(2);
    expect(faults.map(({ cause }) => (cause as Error).name)).toContain('TypeError');
  });
});

describe('a failure of the handler', () => {
  it('is its own', async () => {
    const server = await start();
    expect((await server.get('/faulty/failing')).status).toBe(500);
    expect([runs, faults]).toEqual([1, []]);
  });
});
