import { Get, JsonController, Param, Put } from 'routing-controllers';
import { cache, Cached, InvalidatesCache, type VerificationReport } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { holdPauses, skipPauses } from '../support/pauses.js';
import { TestServer } from '../support/server.js';
import { holdTime, type MovedTime } from '../support/time.js';

startAfresh();
afterEach(unsubscribeAll);

let version: number;
let runs: number;
let readGate: Gate | undefined;
let changeGate: Gate | undefined;
let time: MovedTime;

beforeEach(() => {
  version = 1;
  runs = 0;
  readGate = changeGate = undefined;
  time = holdTime();
});

@JsonController('/pages')
class Pages {
  @Get('/:name')
  @Cached({ timeout: 60 })
  async page(@Param('name') name: string): Promise<unknown> {
    runs++;
    await readGate?.pass();
    return { name, version };
  }

  @Put('/:name/declared')
  @InvalidatesCache('/pages/:name')
  declared(): string {
    return `version ${++version}`;
  }

  @Put('/:name/by-result')
  @InvalidatesCache(({ result }) => `/pages/${(result as { name: string }).name}`)
  async byResult(@Param('name') name: string): Promise<unknown> {
    version++;
    await changeGate?.pass();
    return { name };
  }

  @Put('/:name/by-hand')
  async byHand(@Param('name') name: string): Promise<string> {
    version++;
    await changeGate?.pass();
    await cache.invalidate(`/pages/${name}`);
    return 'changed';
  }

  @Put('/:name/forgotten')
  forgotten(): string {
    return `version ${++version}`;
  }
}

/** Starts a server with an entry. */
async function serve(): Promise<TestServer> {
  const server = await TestServer.ofControllers([Pages]);
  await server.get('/pages/home');
  // A hit of an entry that is still being stored is not verified.
  await until(() => cache.stats().stores === 1);
  return server;
}

const verified = async (): Promise<VerificationReport> => (await cache.verifications())!;
const DISCARDED = { same: 0, unstable: 0, stale: 0, discarded: 1, skipped: 0, stories: [] };

describeEveryStore('a verification', store => {
  it('is discarded if a change invalidates the entry while the method runs', async () => {
    store().configure({ verify: { sample: 1 } });
    const server = await serve();
    readGate = new Gate();
    await server.get('/pages/home');
    const goOn = await readGate.next();
    await server.put('/pages/home/declared');
    goOn();
    // The run has read the new data, and no second one follows.
    expect(await verified()).toEqual(DISCARDED);
    expect(runs).toBe(2);
  });

  it('is discarded if a change invalidates the entry between two runs', async () => {
    store().configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    const pauses = holdPauses();
    const server = await serve();
    version++;
    await server.get('/pages/home');
    const goOn = await pauses.next();
    await server.put('/pages/home/declared');
    goOn();
    expect(await verified()).toEqual(DISCARDED);
    expect(events).toEqual([]);
  });

  it.each(['by-result', 'by-hand'])('waits for a change that has not invalidated yet (%s)', async way => {
    store().configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    skipPauses();
    const server = await serve();
    changeGate = new Gate();
    const changing = server.put(`/pages/home/${way}`);
    const goOn = await changeGate.next();
    const hit = await server.get('/pages/home');
    expect(hit.outcome).toBe('hit');
    // Both runs have read the new data, and the entry is still valid.
    await until(() => runs === 3);
    expect(processCache.current.get().verification!.report()).toMatchObject({ stale: 0, discarded: 0 });
    goOn();
    await changing;
    expect(await verified()).toEqual(DISCARDED);
    expect(events).toEqual([]);
  });

  it('does not call a method unstable whose data changed between two runs', async () => {
    store().configure({ verify: { sample: 1 } });
    const pauses = holdPauses();
    const server = await serve();
    await server.put('/pages/home/forgotten');
    await server.get('/pages/home');
    const goOn = await pauses.next();
    await server.put('/pages/home/forgotten');
    goOn();
    expect(await verified()).toEqual(DISCARDED);
    skipPauses();
    await server.get('/pages/home');
    expect(await verified()).toMatchObject({ stale: 1, unstable: 0 });
  });

  it('has no suspect that began after the first run', async () => {
    store().configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    const pauses = holdPauses();
    const server = await serve();
    await server.put('/pages/home/forgotten');
    await server.get('/pages/home');
    const goOn = await pauses.next();
    await cache.changing('/elsewhere', () => undefined);
    goOn();
    await verified();
    expect(events.map(({ suspects }) => suspects.map(({ by }) => by))).toEqual([['PUT /pages/home/forgotten']]);
  });

  it('reports a stale entry once, however many hits it answers', async () => {
    store().configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    skipPauses();
    const server = await serve();
    await server.put('/pages/home/forgotten');
    for (let request = 0; request < 5; request++) await server.get('/pages/home');
    expect(await verified()).toMatchObject({ stale: 1, discarded: 4 });
    expect(events.length).toBe(1);
  });

  it('is discarded if the entry expires during the run', async () => {
    store().configure({ verify: { sample: 1 } });
    const pauses = holdPauses();
    const server = await serve();
    version++;
    await server.get('/pages/home');
    const goOn = await pauses.next();
    time.forwardSeconds(61);
    goOn();
    expect(await verified()).toEqual(DISCARDED);
  });

  it('is discarded with the cache that is reset', async () => {
    const faults = store().configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    const server = await serve();
    readGate = new Gate();
    version++;
    await server.get('/pages/home');
    const goOn = await readGate.next();
    const { verification } = processCache.current.get();
    skipPauses();
    await cache.reset();
    readGate = undefined;
    goOn();
    await verification!.turns.allEnded();
    expect(verification!.report()).toMatchObject({ stale: 0, discarded: 1 });
    expect([events, faults]).toEqual([[], []]);
  });
});
