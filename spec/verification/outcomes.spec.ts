import { Body, Get, JsonController, NotFoundError, Param, Post, Put } from 'routing-controllers';
import { cache, Cached, InvalidatesCache, type VerificationReport } from '../../lib/index.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { skipPauses } from '../support/pauses.js';
import { TestServer } from '../support/server.js';
import { holdTime, type MovedTime } from '../support/time.js';

startAfresh();
afterEach(unsubscribeAll);

interface Member {
  name: string;
  avatar: string;
  friends: string[];
}

let members: Map<string, Member>;
let runs: number;
let time: MovedTime;
let pauses: readonly number[];

beforeEach(() => {
  time = holdTime();
  pauses = skipPauses();
  runs = 0;
  members = new Map([['bob', { name: 'bob', avatar: 'cat.png', friends: ['alice'] }]]);
});

function member(name: string): Member {
  const found = members.get(name);
  if (found === undefined) throw new NotFoundError('there is no such member');
  return found;
}

@JsonController('/members')
class Members {
  @Get('/:name')
  @Cached({ timeout: 600 })
  get(@Param('name') name: string): Member {
    runs++;
    return { ...member(name) };
  }

  @Get('/:name/friends')
  @Cached({ timeout: 600 })
  friends(@Param('name') name: string): string[] {
    return member(name).friends;
  }

  @Get('/:name/now')
  @Cached({ timeout: 600 })
  now(@Param('name') name: string): unknown {
    return { name, at: runs++ };
  }

  @Put('/:id/avatar')
  forgotten(@Param('id') id: string, @Body() { avatar }: { avatar: string }): Member {
    return Object.assign(member(id), { avatar });
  }

  @Put('/:name/declared')
  @InvalidatesCache('/members/:name')
  declared(@Param('name') name: string, @Body() { avatar }: { avatar: string }): Member {
    return Object.assign(member(name), { avatar });
  }

  @Put('/:name/elsewhere')
  @InvalidatesCache(() => '/elsewhere')
  elsewhere(@Param('name') name: string, @Body() { avatar }: { avatar: string }): Member {
    return Object.assign(member(name), { avatar });
  }

  @Post('/removals')
  remove(@Body() { name }: { name: string }): string {
    members.delete(name);
    return 'removed';
  }
}

/** Fills the cache. A hit of an entry that is still being stored is not verified. */
async function fill(server: TestServer, path: string): Promise<void> {
  const { stores } = cache.stats();
  expect((await server.get(path)).outcome).toBe('fwd=miss');
  await until(() => cache.stats().stores > stores);
}

const verified = async (): Promise<VerificationReport> => (await cache.verifications())!;

describeEveryStore('a verified hit', store => {
  let server: TestServer;
  const start = async (): Promise<void> => {
    server = await TestServer.ofControllers([Members], { routePrefix: '/api' });
  };

  it('is the same if the method still gives its response', async () => {
    store().configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    await start();
    await fill(server, '/api/members/bob');
    time.forwardSeconds(7);
    const hit = await server.get('/api/members/bob');
    expect(hit.outcome).toBe('hit');
    expect(await verified()).toEqual({ same: 1, unstable: 0, stale: 0, discarded: 0, skipped: 0, stories: [] });
    expect(runs).toBe(2);
    expect(events).toEqual([
      {
        action: 'Members.get',
        path: '/api/members/bob',
        outcome: 'same',
        ageSeconds: 7,
        pointers: [],
        headers: [],
        suspects: [],
        hasAllSuspects: !store().isAway,
      },
    ]);
    const { hits, misses, stores } = cache.stats();
    expect({ hits, misses, stores }).toEqual({ hits: 1, misses: 1, stores: 1 });
  });

  it('is stale if two runs give another response, with the change that has no target for it', async () => {
    const faults = store().configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    await start();
    await fill(server, '/api/members/bob');
    time.forwardSeconds(5);
    await server.put('/api/members/bob/avatar', { avatar: 'dog.png' });
    time.forwardSeconds(3);
    const hit = await server.get('/api/members/bob');
    expect(hit.text).toContain('cat.png');
    expect((await verified()).stale).toBe(1);
    expect(pauses).toEqual([store().isAway ? 10_000 : 1100]);
    expect(events).toEqual([
      {
        action: 'Members.get',
        path: '/api/members/bob',
        outcome: 'stale',
        ageSeconds: 8,
        pointers: ['/avatar'],
        headers: [],
        suspects: [{ by: 'PUT /api/members/bob/avatar', target: '/members/:id', secondsBefore: 3 }],
        hasAllSuspects: !store().isAway,
      },
    ]);
    expect(faults.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^CACHE_HIT_STALE: Members.get: a hit of \/api\/members\/bob is stale. .* at \/avatar. Suspects, newest first: PUT \/api\/members\/bob\/avatar, 3 s before, without the target '\/members\/:id'\./,
      ),
    ]);
    expect((await server.get('/api/members/bob')).text).toContain('cat.png');
  });

  it('is unstable if two runs return two responses, and reports that once', async () => {
    const faults = store().configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    await start();
    await fill(server, '/api/members/bob/now');
    for (let hit = 0; hit < 5; hit++) {
      await server.get('/api/members/bob/now');
      await verified();
    }
    expect(events.map(({ outcome, pointers }) => [outcome, pointers])).toEqual(Array(3).fill(['unstable', ['/at']]));
    expect(faults.map(({ code }) => code)).toEqual(['CACHE_HIT_UNSTABLE']);
  });

  it('is stale if the method now answers that there is nothing', async () => {
    store().configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    await start();
    await fill(server, '/api/members/bob');
    await server.send('/api/members/removals', {
      method: 'POST',
      body: '{"name":"bob"}',
      headers: { 'content-type': 'application/json' },
    });
    await server.get('/api/members/bob');
    expect((await verified()).stale).toBe(1);
    expect(events[0]).toMatchObject({
      outcome: 'stale',
      pointers: [''],
      headers: [':status'],
      suspects: [{ by: 'POST /api/members/removals', target: '/members/bob' }],
    });
  });

  it('has no suspect that covers it, although both are of the same moment', async () => {
    store().configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    await start();
    await server.put('/api/members/bob/elsewhere', { avatar: 'bird.png' });
    await server.put('/api/members/bob/declared', { avatar: 'cat.png' });
    await fill(server, '/api/members/bob');
    member('bob').avatar = 'fish.png';
    await server.get('/api/members/bob');
    await verified();
    expect(events.map(({ suspects }) => suspects)).toEqual([
      [{ by: 'PUT /api/members/bob/elsewhere', target: '/members/:name', secondsBefore: 0 }],
    ]);
  });

  it('names the whole path for a change from code', async () => {
    store().configure({ verify: { sample: 1 } });
    const events = recordEvents('verified');
    await start();
    await fill(server, '/api/members/bob/friends');
    await cache.changing('/api/members/alice', () => {
      member('bob').friends.push('carol');
    });
    await server.get('/api/members/bob/friends');
    await verified();
    expect(events).toMatchObject([
      { pointers: ['/1'], suspects: [{ by: 'cache.changing', target: '/api/members/bob/friends' }] },
    ]);
  });

  it('is replaced with onStale: replace', async () => {
    store().configure({ verify: { sample: 1, onStale: 'replace' } });
    await start();
    await fill(server, '/api/members/bob');
    member('bob').avatar = 'dog.png';
    time.forwardSeconds(1);
    await server.get('/api/members/bob');
    expect((await verified()).stale).toBe(1);
    const hit = await server.get('/api/members/bob');
    expect([hit.outcome, hit.text.includes('dog.png')]).toEqual(['hit', true]);
    expect(await verified()).toMatchObject({ same: 1, stale: 1 });
  });
});
