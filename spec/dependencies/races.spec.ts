import { request as httpRequest } from 'node:http';
import type { Response } from 'express';
import { Get, HeaderParam, JsonController, Put, Res } from 'routing-controllers';
import { cache, Cached, InvalidatesCache, Memoized } from '../../lib/index.js';
import { describeBreakable } from '../support/breakable.js';
import { Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { Processes } from '../support/processes.js';
import type { TestServer } from '../support/server.js';
import { describeOn, sharedStores } from '../support/stores.js';
import { ready } from '../../test-servers/readiness.js';

startAfresh();

let friends: string[];
let gate: Gate | undefined;
let failure: Error | undefined;
let runs: number;

beforeEach(() => {
  friends = ['ann'];
  gate = undefined;
  failure = undefined;
  runs = 0;
});

const TAGS = { prefixes: [], tags: ['friends'] };

class Service {
  @Memoized({ tags: () => ['friends'] })
  async friends(): Promise<string[]> {
    runs++;
    const read = [...friends];
    await gate?.pass();
    if (failure !== undefined) throw failure;
    return read;
  }

  @InvalidatesCache({ tags: ['friends'] })
  async add(name: string): Promise<void> {
    friends.push(name);
    if (failure !== undefined) throw failure;
    return Promise.resolve();
  }
}

const service = new Service();

@JsonController()
class Pages {
  @Get('/friends')
  @Cached()
  friends(): Promise<string[]> {
    return service.friends();
  }

  @Get('/changed-friends')
  @Cached()
  async changedFriends(): Promise<string[]> {
    const list = await service.friends();
    list.push('only here');
    return list;
  }

  @Get('/cookie')
  @Cached()
  async cookie(@HeaderParam('user') user: string, @Res() response: Response): Promise<string[]> {
    const list = await service.friends();
    response.cookie('user', user);
    return list;
  }

  @Put('/friends')
  async add(): Promise<string> {
    await service.add('bob');
    return 'added';
  }
}

/** Stored, and read once more: a near cache has it then. */
async function stored(server: TestServer): Promise<void> {
  await server.get('/friends');
  await until(() => cache.stats().stores === 1);
  expect((await server.get('/friends')).outcome).toBe('hit');
  expect((await server.get('/friends')).outcome).toBe('hit');
}

describe.each(sharedStores.map(kind => ({ kind })))('a response that uses a result', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;
    let server: TestServer;

    beforeEach(async () => {
      processes = new Processes(shared(), kind.nearBytes);
      server = await processes.serve(Pages);
    });
    afterEach(() => processes.end());

    it('does not come back when the generation of the tag, or the log of tags, is lost (R6)', async () => {
      const other = processes.open();
      await stored(server);
      gate = new Gate();
      await cache.clear();
      const old = server.get('/friends');
      const resume = await gate.next();
      friends.push('bob');
      await other.store.invalidate(TAGS);
      await other.driver.delete(processes.keys.tag('friends'));
      await other.driver.delete(processes.keys.tagLog);
      gate = undefined;
      resume();
      expect((await old).text).toBe('["ann"]');
      expect((await server.get('/friends')).text).toBe('["ann","bob"]');
    });

    it('is not served from this process after another one has invalidated the result (R7)', async () => {
      const other = processes.open();
      await stored(server);
      const [, during] = await Promise.all([other.store.invalidate(TAGS), server.get('/friends')]);
      expect(during.status).toBe(200);
      friends.push('bob');
      await other.store.invalidate(TAGS);
      expect((await server.get('/friends')).text).toBe('["ann","bob"]');
    });

    it('does not change the result, and the result does not change it (R8)', async () => {
      expect((await server.get('/changed-friends')).text).toBe('["ann","only here"]');
      expect((await server.get('/friends')).text).toBe('["ann"]');
      expect(await service.friends()).toEqual(['ann']);
    });

    it('that sets a cookie is for its own caller only (R9)', async () => {
      const answers = await Promise.all(['ann', 'bob'].map(user => server.get('/cookie', { user })));
      expect(answers.map(({ headers }) => headers['set-cookie']?.[0])).toEqual(['user=ann; Path=/', 'user=bob; Path=/']);
      expect(runs).toBe(1);
    });

    it('is answered when the result fails, and nothing is stored (R10)', async () => {
      gate = new Gate();
      failure = new Error('no friends');
      const failing = [server.get('/friends'), server.get('/friends')];
      const resume = await gate.next();
      gate = undefined;
      resume();
      expect((await Promise.all(failing)).map(({ status }) => status)).toEqual([500, 500]);
      failure = undefined;
      expect((await server.get('/friends')).text).toBe('["ann"]');
    });

    it('is answered when the client of the one that computes the result leaves, and follows the result (R11)', async () => {
      gate = new Gate();
      const leaving = httpRequest({ host: '127.0.0.1', port: server.port, path: '/friends', agent: false });
      leaving.on('error', () => undefined).end();
      const resume = await gate.next();
      const waiting = server.get('/friends');
      leaving.destroy();
      gate = undefined;
      resume();
      expect((await waiting).text).toBe('["ann"]');
      friends.push('bob');
      await cache.invalidateTags('friends');
      expect((await server.get('/friends')).text).toBe('["ann","bob"]');
    });

    it('follows a change of a service that throws (R13)', async () => {
      await stored(server);
      failure = new Error('half of it');
      expect((await server.put('/friends')).status).toBe(500);
      failure = undefined;
      expect((await server.get('/friends')).text).toBe('["ann","bob"]');
    });

    it('follows a change before its response is sent, in every process (R15)', async () => {
      const other = processes.open();
      await stored(server);
      const address = processes.lastAddress;
      expect((await server.put('/friends')).status).toBe(200);
      expect(await other.hit(address)).toBeUndefined();
      expect((await server.get('/friends')).text).toBe('["ann","bob"]');
    });
  });
});

describeBreakable('a response that uses a result, while the store cannot be reached', current => {
  it('comes from the method, and an entry that was invalidated during the outage does not return (R12, R14)', async () => {
    const { processes, elsewhere, on } = current();
    const server = await processes.serve(Pages, { storeTimeout: 0.2 });
    const other = elsewhere.open();
    await ready('the store serves', async () => (await server.get('/friends')).outcome === 'hit');
    const address = processes.lastAddress;
    on.proxy.refuse();
    on.proxy.cut();
    expect((await server.put('/friends')).status).toBe(200);
    expect((await server.get('/friends')).text).toBe('["ann","bob"]');
    await on.proxy.accept();
    await ready('the other process has the invalidation', async () => (await other.hit(address)) !== '["ann"]');
    await ready('the store serves again', async () => {
      const answer = await server.get('/friends');
      expect(answer.text).toBe('["ann","bob"]');
      return answer.outcome === 'hit';
    });
  });

  it('is not stored if the store is lost between the result and the end of the response (R12)', async () => {
    const { processes, on } = current();
    const server = await processes.serve(Pages, { storeTimeout: 0.2 });
    await ready('the store serves', async () => (await server.get('/changed-friends')).outcome === 'hit');
    await cache.clear();
    gate = new Gate();
    const old = server.get('/friends');
    const resume = await gate.next();
    on.proxy.refuse();
    on.proxy.cut();
    gate = undefined;
    resume();
    expect((await old).text).toBe('["ann"]');
    friends.push('bob');
    await cache.invalidateTags('friends');
    await on.proxy.accept();
    await ready('the store serves again', async () => {
      const answer = await server.get('/friends');
      expect(answer.text).toBe('["ann","bob"]');
      return answer.outcome === 'hit';
    });
  });
});
