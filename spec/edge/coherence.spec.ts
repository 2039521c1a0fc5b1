import { cache } from '../../lib/index.js';
import { processCache } from '../../lib/process-cache.js';
import { Gate } from '../support/deferred.js';
import { startAfresh } from '../support/each.js';
import type { TestServer } from '../support/server.js';
import { told } from '../support/users.js';
import { members, startEdge, withNewMembers } from './members.js';

withNewMembers();
startAfresh();

let server: TestServer;
/** Holds a response that is whole, before it goes to be compressed. */
let afterAnswer: (() => Promise<void>) | undefined;

beforeEach(async () => {
  afterAnswer = undefined;
  server = await startEdge((_request, response, next) => {
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
    expect(told(await server.get(...questions[0]!))).toEqual(['fwd=miss', version]);
    for (const question of questions) expect(told(await server.get(...question))).toEqual(['hit', version]);
  });

  it('does not touch what it does not cover', async () => {
    await warm('/members/bobby');
    await warm('/members/bob');
    await server.put('/members/bob');
    const { entered } = members;
    expect((await server.get('/members/bobby')).outcome).toBe('hit');
    expect(members.entered).toBe(entered);
  });

  it('keeps out what was computed before it (R1)', async () => {
    members.readGate = new Gate();
    const old = server.get('/members/bob');
    const resume = await members.readGate.next();
    members.readGate = undefined;
    await server.put('/members/bob');
    resume();
    expect(told(await old)).toEqual(['fwd=miss', 1]);
    expect(told(await server.get('/members/bob'))).toEqual(['fwd=miss', 2]);
    expect(told(await server.get('/members/bob'))).toEqual(['hit', 2]);
  });

  it('keeps out what is compressed of an entry that it has ended meanwhile', async () => {
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

  it('keeps out what goes out of an entry that ends while it is on its way (R4)', async () => {
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
