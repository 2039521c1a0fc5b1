import { cache } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { startAfresh } from '../support/each.js';
import { Processes } from '../support/processes.js';
import type { TestServer } from '../support/server.js';
import { ready } from '../../test-servers/readiness.js';
import { describeOn, sharedStores } from '../support/stores.js';
import { outcomeAndVersion } from '../support/users.js';
import { members, startEdge, withNewMembers } from './members-server.js';

withNewMembers();
startAfresh();

/** The spec may end while something is on its way to the store. */
const onError = () => undefined;

/** Asks until the edge answers: what went out may come to the store after the client has got it. */
async function warm(server: TestServer, path: string, headers: Record<string, string> = {}): Promise<void> {
  await ready(`the edge answers ${path}`, async () => {
    const { entered } = members;
    await server.get(path, headers);
    return members.entered === entered;
  });
}

describe.each(sharedStores.map(kind => ({ kind })))('a hit before Express', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;
    let server: TestServer;

    beforeEach(async () => {
      processes = new Processes(shared(), kind.nearBytes);
      cache.configure({
        store: shared().create(),
        keyPrefix: processes.keyPrefix,
        storeTimeout: 20,
        collapseTimeout: 20,
        onError,
      });
      server = await startEdge();
    });
    afterEach(() => processes.end());

    it('serves the sent variant of each encoding from the shared store', async () => {
      const path = '/members/bob/story';
      const plain = await server.get(path);
      await warm(server, path);
      await warm(server, path, { 'accept-encoding': 'br' });
      const { entered, reads } = members;
      const hits = [await server.get(path), await server.get(path, { 'accept-encoding': 'br' })];
      expect(hits.map(({ outcome }) => outcome)).toEqual(['hit', 'hit']);
      expect(hits.map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'br']);
      expect(hits[0]!.text).toBe(plain.text);
      expect([members.entered, members.reads]).toEqual([entered, reads]);
    });

    it('ends with an invalidation in another process', async () => {
      const other = processes.open();
      await warm(server, '/members/bob');
      members.version = 2;
      await other.invalidate('/members/bob');
      expect(outcomeAndVersion(await server.get('/members/bob'))).toEqual(['fwd=miss', 2]);
      await warm(server, '/members/bob');
      expect(outcomeAndVersion(await server.get('/members/bob'))).toEqual(['hit', 2]);
    });

    it('ends with a change in this process, and with a tag', async () => {
      await warm(server, '/members/bob');
      await server.put('/members/bob');
      expect(outcomeAndVersion(await server.get('/members/bob'))).toEqual(['fwd=miss', 2]);
      await warm(server, '/members/bob');
      members.version = 3;
      await cache.invalidateTags('members');
      expect(outcomeAndVersion(await server.get('/members/bob'))).toEqual(['fwd=miss', 3]);
    });
  });
});

describe('where the store cannot be asked, the edge', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('out of order');
      },
    ],
    ['rejects', () => Promise.reject(new Error('out of order'))],
    ['says that it is unreachable', () => ({ kind: 'unreachable' })],
  ])('lets the app answer, whose store %s', async (_how, fail) => {
    const errors: unknown[] = [];
    cache.configure({ onError: error => errors.push(error) });
    const server = await startEdge();
    await warm(server, '/members/bob');
    const { entered } = members;
    const lookUp = jest.spyOn(processCache.current.get().store, 'lookup').mockImplementation(fail as never);
    const answer = await server.get('/members/bob');
    expect([answer.status, answer.outcome, members.entered]).toEqual([200, 'fwd=bypass', entered + 1]);
    lookUp.mockRestore();
    expect((await server.get('/members/bob')).outcome).toBe('hit');
    expect(members.entered).toBe(entered + 1);
  });

  it('stores no variant if it gets no lease', async () => {
    const errors: unknown[] = [];
    cache.configure({ onError: error => errors.push(error) });
    const server = await startEdge();
    await warm(server, '/members/bob/story');
    jest.spyOn(processCache.current.get().store, 'lease').mockImplementationOnce(() => {
      throw new Error('out of order');
    });
    const { entered } = members;
    const gzip = { 'accept-encoding': 'gzip' };
    for (let request = 0; request < 3; request++) {
      expect((await server.get('/members/bob/story', gzip)).headers['content-encoding']).toBe('gzip');
    }
    expect(members.entered).toBe(entered + 2);
    expect(errors).toHaveLength(1);
  });
});
