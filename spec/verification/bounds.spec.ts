import { Get, JsonController, Param, Post } from 'routing-controllers';
import { cache, Cached, CacheDefaults, type VerificationReport } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { RecentChanges, type CoverableEntry } from '../../lib/verification/recent-changes.js';
import { Turns } from '../../lib/verification/turns.js';
import { expectNoStaleHits } from '../../store-contract/expect-no-stale-hits.js';
import { Gate } from '../support/deferred.js';
import { startAfresh } from '../support/each.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { skipPauses } from '../support/pauses.js';
import { appOf, TestServer } from '../support/server.js';
import { holdProcessClocks } from '../support/time.js';

startAfresh();
afterEach(unsubscribeAll);

let version: number;
let runs: number;
let duringRun: () => void;

beforeEach(() => {
  version = 1;
  runs = 0;
  duringRun = () => undefined;
  skipPauses();
});

@JsonController('/things')
@CacheDefaults({ verify: { onStale: 'report' } })
class Things {
  @Get('/:id')
  @Cached()
  thing(@Param('id') id: string): unknown {
    runs++;
    duringRun();
    return { id, version };
  }

  @Post('/:id/changes')
  change(): string {
    version++;
    return 'changed';
  }

  /** As a query builder does, it works at each call of `then`. */
  @Post('/queries')
  query(): PromiseLike<string> {
    return {
      then: (onFulfilled, onRejected) => {
        runs++;
        return Promise.resolve(`run ${runs}`).then(onFulfilled, onRejected);
      },
    };
  }
}

const start = (): Promise<TestServer> => TestServer.ofControllers([Things]);
const verified = async (): Promise<VerificationReport> => (await cache.verifications())!;

describe('the budget', () => {
  it('lets verifications rest in proportion to the time that their methods take', async () => {
    const clocks = holdProcessClocks();
    cache.configure({ verify: { sample: 1, budget: 0.1 } });
    const server = await start();
    await server.get('/things/1');
    duringRun = () => {
      clocks.pass(1);
    };
    await server.get('/things/1');
    expect(await verified()).toMatchObject({ same: 1, skipped: 0 });
    clocks.pass(8.9);
    await server.get('/things/1');
    expect(await verified()).toMatchObject({ same: 1, skipped: 1 });
    clocks.pass(0.1);
    await server.get('/things/1');
    expect(await verified()).toMatchObject({ same: 2, skipped: 1 });
  });

  it('has no limit with sample: 1 alone', async () => {
    cache.configure({ verify: { sample: 1 } });
    const server = await start();
    for (let request = 0; request < 20; request++) await server.get('/things/1');
    expect(await verified()).toMatchObject({ same: 19, skipped: 0 });
  });
});

describe('the sample', () => {
  it('is the share of the hits that are verified', async () => {
    cache.configure({ verify: { sample: 0.5, budget: 1 } });
    const random = jest.spyOn(Math, 'random');
    const server = await start();
    await server.get('/things/1');
    for (const chance of [0.1, 0.5, 0.49, 0.9]) {
      random.mockReturnValue(chance);
      await server.get('/things/1');
    }
    random.mockRestore();
    expect(await verified()).toMatchObject({ same: 2, skipped: 0 });
    expect(runs).toBe(3);
  });
});

describe('the turns', () => {
  it('admit at most 1000 verifications that run or wait', async () => {
    const turns = new Turns();
    const gate = new Gate();
    for (let verification = 0; verification < 1000; verification++) {
      expect(turns.admits(1)).toBe(true);
      turns.track(turns.run(1, () => gate.pass()));
    }
    expect(turns.admits(1)).toBe(false);
    (await gate.next())();
    const goOn = await gate.next();
    expect(turns.admits(1)).toBe(true);
    goOn();
    for (let left = 2; left < 1000; left++) (await gate.next())();
    await turns.allEnded();
  });

  it('admit at most 10 verifications within a budget', () => {
    const turns = new Turns();
    for (let verification = 0; verification < 10; verification++) {
      expect(turns.admits(0.5)).toBe(true);
      turns.track(new Promise(() => undefined));
    }
    expect([turns.admits(0.5), turns.admits(1)]).toEqual([false, true]);
  });

  it('continue after a method that throws', async () => {
    const turns = new Turns();
    await expect(turns.run(1, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await expect(turns.run(1, () => Promise.resolve(5))).resolves.toBe(5);
  });
});

describe('the record of changes', () => {
  const entry: CoverableEntry = {
    address: { key: 'k', path: { path: '/a/b', ignoresCase: false } },
    tags: ['t'],
    storedAtMs: 10,
  };
  let nowMs: number;
  let changes: RecentChanges;
  const namesOf = (suspects: readonly { by: string }[]): string[] => suspects.map(({ by }) => by);
  const make = (by: string): void => {
    changes.end(changes.begin({ by, params: {} }));
  };

  beforeEach(() => {
    nowMs = 0;
    changes = new RecentChanges({ now: () => nowMs });
  });

  it('has the changes that ended since a time, newest first, each name once', () => {
    make('early');
    nowMs = 10;
    make('one');
    make('two');
    make('one');
    const running = changes.begin({ by: 'running', params: {} });
    expect(namesOf(changes.suspectsOf(entry))).toEqual(['running', 'one', 'two']);
    changes.end(running);
    changes.end(running);
    expect(changes.isCompleteSince(10)).toBe(true);
  });

  it('has no change that covers the entry, by path or by tag', () => {
    nowMs = 10;
    const targets = {
      above: { prefixes: ['/a'] },
      beside: { prefixes: ['/a/bc'] },
      tagged: { prefixes: [], tags: ['t'] },
      otherwise: { prefixes: [], tags: ['u'] },
      root: { prefixes: ['/'] },
      many: { prefixes: Array.from({ length: 101 }, (_, index) => `/x/${index}`) },
    };
    for (const [by, target] of Object.entries(targets)) {
      const change = changes.begin({ by, params: {} });
      changes.recordInvalidated(target, by);
      changes.recordInvalidated({ prefixes: ['/a/b'] }, 'another');
      changes.end(change);
    }
    expect(namesOf(changes.suspectsOf(entry))).toEqual(['otherwise', 'beside']);
  });

  it('is bounded, and has the time since which it is complete', () => {
    nowMs = 10;
    for (let change = 0; change < 100; change++) make(`change ${change}`);
    expect(changes.isCompleteSince(10)).toBe(true);
    nowMs = 20;
    make('the last');
    expect(changes.suspectsOf(entry).length).toBe(100);
    expect(changes.isCompleteSince(10)).toBe(false);
    expect(changes.isCompleteSince(11)).toBe(true);
  });

  it('does not run the query of a change twice', async () => {
    cache.configure({ verify: { sample: 1 } });
    const server = await start();
    const answer = await server.send('/things/queries', { method: 'POST' });
    expect([answer.text, runs]).toEqual(['"run 1"', 1]);
  });

  it('does not exist without verify', async () => {
    const server = await start();
    await server.send('/things/1/changes', { method: 'POST' });
    expect(processCache.current.get().verification).toBeUndefined();
  });

  it('reports that it may lack suspects', async () => {
    cache.configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    const server = await start();
    await server.get('/things/1');
    for (let change = 0; change < 11; change++) await server.send(`/things/${change}/changes`, { method: 'POST' });
    await server.get('/things/1');
    await verified();
    expect(events.map(({ suspects, hasAllSuspects }) => [suspects.length, hasAllSuspects])).toEqual([[10, false]]);
    expect(events[0]!.suspects[0]).toMatchObject({ by: 'POST /things/10/changes', target: '/things/1' });
    expect(events[0]!.suspects[9]).toMatchObject({ by: 'POST /things/1/changes', target: '/things/:id' });
  });
});

describe('expectNoStaleHits', () => {
  it('passes if no hit was stale', async () => {
    cache.configure({ verify: { sample: 1 } });
    const server = await start();
    await server.get('/things/1');
    await server.get('/things/1');
    await expect(expectNoStaleHits()).resolves.toMatchObject({ same: 1, stale: 0 });
  });

  it('fails with the whole story of each stale hit', async () => {
    cache.configure({ verify: { sample: 1 }, onError: () => undefined });
    const server = await start();
    await server.get('/things/1');
    await server.get('/things/2');
    await server.send('/things/1/changes', { method: 'POST' });
    await server.get('/things/1');
    await server.get('/things/2');
    const story = (id: number, target: string): string =>
      `- Things.thing: a hit of /things/${id} is stale. The entry was 0 s old, and the method now gives another response, at /version. Suspects, newest first: POST /things/1/changes, 0 s before, without the target '${target}'.`;
    await expect(expectNoStaleHits()).rejects.toThrow(
      `expectNoStaleHits: 2 of the hits were stale.\n${story(1, '/things/:id')}\n${story(2, '/things/2')}`,
    );
  });

  it('fails if hits were skipped', async () => {
    cache.configure({ verify: { sample: 1, budget: 0.01 } });
    const server = await start();
    for (let request = 0; request < 3; request++) await server.get('/things/1');
    await expect(expectNoStaleHits()).rejects.toThrow(/hits? were not verified.*Write verify: \{ sample: 1, budget: 1 \}/);
  });

  it('fails if no hit is verified', async () => {
    await expect(expectNoStaleHits()).rejects.toThrow('Write cache.configure({ verify: { sample: 1 } }).');
  });
});

describe('the options of verify', () => {
  it.each([
    true,
    null,
    [],
    { sample: -1 },
    { sample: 1.1 },
    { sample: NaN },
    { sample: '1' },
    { budget: 0 },
    { budget: 2 },
    { onStale: 'ignore' },
    { share: 1 },
  ])('are refused with the remedy: %j', verify => {
    expect(() => {
      cache.configure({ verify: verify as never, defaultTimeout: -1 });
    }).toThrow(/defaultTimeout must be [\s\S]*verify must be false, or \{ sample.* Write verify: \{ sample: 0.001 \}/);
  });

  it('are refused on an action when the server is created', () => {
    @JsonController()
    class Wrong {
      @Get('/wrong')
      @Cached({ verify: { sample: 2 } })
      wrong(): void {
        // Never called.
      }
    }
    expect(() => appOf([Wrong])).toThrow(/Wrong.wrong: .*verify must be false, or/);
  });
});
