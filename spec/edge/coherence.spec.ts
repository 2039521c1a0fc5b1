import { cache } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { Gate } from '../support/deferred.js';
import type { LookupHit, LookupMiss } from '../../lib/stores/store.js';
import { startAfresh, until } from '../support/each.js';
import type { TestServer } from '../support/server.js';
import { outcomeAndVersion } from '../support/users.js';
import { members, startEdge, withNewMembers } from './members-server.js';

withNewMembers();
startAfresh();

let server: TestServer;
/** Holds a response that is whole, before it goes to be compressed. */
let afterAnswer: (() => Promise<void>) | undefined;

beforeEach(async () => {
  afterAnswer = undefined;
  server = await startEdge((request, response, next) => {
    if (request.query.cookie !== undefined) response.setHeader('Set-Cookie', 'seen=1');
    if (request.headers['x-stop'] !== undefined) {
      response.status(503).end();
      return;
    }
    const end = response.end.bind(response) as (...args: unknown[]) => unknown;
    response.end = ((...args: unknown[]) => {
      if (afterAnswer === undefined) end(...args);
      else {
        response.writeHead(response.statusCode);
        void afterAnswer().then(() => end(...args));
      }
      return response;
    }) as typeof response.end;
    next();
  });
});

/** Makes the path's next hit one before Express. */
async function warm(path: string, headers: Record<string, string> = {}): Promise<void> {
  for (let request = 0; request < 2; request++) await server.get(path, headers);
  const { entered } = members;
  await server.get(path, headers);
  expect(members.entered).toBe(entered);
}

describe('an invalidation', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['by a decorated action', () => server.put('/members/bob')],
    ['by its path', () => cache.invalidate('/members/bob')],
    ['by a prefix of it', () => cache.invalidate('/members')],
    ['by a tag', () => cache.invalidateTags('members')],
    ['of everything', () => cache.clear()],
  ])('%s is in effect before Express, for every encoding and every spelling', async (_how, invalidate) => {
    const questions: [string, Record<string, string>][] = [
      ['/members/bob', {}],
      ['/members/bob', { 'accept-encoding': 'gzip' }],
      ['/Members/%62ob/?junk=1', {}],
    ];
    for (const [path, headers] of questions) await warm(path, headers);
    members.version = 5;
    await invalidate();
    const { version } = members;
    expect(outcomeAndVersion(await server.get(...questions[0]!))).toEqual(['fwd=miss', version]);
    for (const question of questions) expect(outcomeAndVersion(await server.get(...question))).toEqual(['hit', version]);
  });

  it('does not remove variants that it does not cover', async () => {
    await warm('/members/bobby');
    await warm('/members/bob');
    await server.put('/members/bob');
    const { entered } = members;
    expect((await server.get('/members/bobby')).outcome).toBe('hit');
    expect(members.entered).toBe(entered);
  });

  it('prevents the storage of a response that was computed before it (R1)', async () => {
    members.readGate = new Gate();
    const old = server.get('/members/bob');
    const resume = await members.readGate.next();
    members.readGate = undefined;
    await server.put('/members/bob');
    resume();
    expect(outcomeAndVersion(await old)).toEqual(['fwd=miss', 1]);
    expect(outcomeAndVersion(await server.get('/members/bob'))).toEqual(['fwd=miss', 2]);
    expect(outcomeAndVersion(await server.get('/members/bob'))).toEqual(['hit', 2]);
  });

  it('prevents the storage of a compressed variant of the entry that it invalidated', async () => {
    const path = '/members/bob/story';
    const gzip = { 'accept-encoding': 'gzip' };
    await warm(path);
    await server.get(path, gzip);
    await cache.invalidate('/nobody');
    // The entry has no bytes for this client yet; the edge has looked it up, and the app holds the request.
    members.appGate = new Gate();
    const late = server.get(path, { 'accept-encoding': 'br' });
    const resume = await members.appGate.next();
    members.appGate = undefined;
    await cache.invalidate(path);
    members.version = 2;
    resume();
    // It was let in before the entry ended, and looked for it after that.
    expect((await late).outcome).toBe('fwd=miss');
    const fresh = await server.get(path);
    expect(JSON.parse(fresh.text)).toMatchObject({ version: 2 });
  });

  it('prevents the storage of a variant whose entry it invalidates during the send (R4)', async () => {
    const path = '/members/bob/story';
    await warm(path);
    const { store } = processCache.current.get();
    // The app has answered from the entry; compression is not done yet.
    const answered = new Gate();
    afterAnswer = () => answered.pass();
    const save = jest.spyOn(store, 'save');
    const late = server.get(path, { 'accept-encoding': 'br' });
    const resume = await answered.next();
    afterAnswer = undefined;
    members.version = 2;
    await cache.invalidate(path);
    resume();
    expect((await late).outcome).toBe('hit');
    expect(save.mock.results.map(({ value }) => value as unknown)).toEqual([false]);
    expect((await server.get(path, { 'accept-encoding': 'br' })).outcome).toBe('fwd=miss');
  });
});

describe('every fence that is taken', () => {
  let endedTwice: boolean;
  beforeEach(() => (endedTwice = false));
  afterEach(() => {
    expect(endedTwice).toBe(false);
  });

  /** Fences that were taken and have not ended. */
  function openFences(): Set<unknown> {
    const { store } = processCache.current.get();
    const open = new Set<unknown>();
    for (const method of ['lookup', 'lease'] as const) {
      const take = store[method].bind(store);
      jest.spyOn(store, method).mockImplementation(address => {
        const taken = take(address) as LookupMiss | LookupHit;
        if (taken.kind === 'miss') open.add(taken.lease);
        return taken;
      });
    }
    const save = store.save.bind(store);
    const release = store.release.bind(store);
    let isSaving = false;
    jest.spyOn(store, 'save').mockImplementation((address, entry, fence) => {
      if (!open.delete(fence)) endedTwice = true;
      isSaving = true;
      const saved = save(address, entry, fence);
      isSaving = false;
      return saved;
    });
    jest.spyOn(store, 'release').mockImplementation((fence, ending) => {
      if (!isSaving && !open.delete(fence)) endedTwice = true;
      release(fence, ending);
    });
    return open;
  }

  const gzip = { 'accept-encoding': 'gzip' };

  it.each<[string, () => Promise<unknown>]>([
    [
      'of a miss, and of a second encoding',
      async () => {
        for (let request = 0; request < 3; request++) {
          await server.get('/members/bob/story');
          await server.get('/members/bob/story', gzip);
        }
      },
    ],
    [
      'of a response that has a cookie when it goes out',
      async () => {
        for (let request = 0; request < 3; request++) await server.get('/members/bob?cookie');
      },
    ],
    [
      'of a second encoding with a cookie',
      async () => {
        for (let request = 0; request < 2; request++) await server.get('/members/bob/story');
        for (let request = 0; request < 3; request++) await server.get('/members/bob/story?cookie', gzip);
      },
    ],
    [
      'of what is not stored',
      async () => {
        for (let request = 0; request < 3; request++) await server.get('/members/bob/unstored');
      },
    ],
    [
      'of what a middleware answers',
      async () => {
        for (let request = 0; request < 2; request++) await server.get('/members/bob/story');
        await server.get('/members/bob/story', { ...gzip, 'x-stop': '1' });
      },
    ],
    [
      'of HEAD',
      async () => {
        await server.send('/members/bob', { method: 'HEAD' });
        await server.get('/members/bob');
        for (let request = 0; request < 3; request++) await server.send('/members/bob', { method: 'HEAD' });
      },
    ],
    [
      'of requests that come together',
      () => Promise.all(Array.from({ length: 10 }, () => server.get('/members/bob/story', gzip))),
    ],
  ])('ends once: %s', async (_what, ask) => {
    const open = openFences();
    await ask();
    await until(() => open.size === 0);
  });

  it('ends when the client leaves before the bytes are whole', async () => {
    await warm('/members/bob/story');
    const open = openFences();
    const answered = new Gate();
    afterAnswer = () => answered.pass();
    const left = server.get('/members/bob/story', gzip).catch((error: unknown) => error);
    await answered.next();
    expect(open.size).toBe(1);
    await server.stop();
    await left;
    await until(() => open.size === 0);
  });
});
