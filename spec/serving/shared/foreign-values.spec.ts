import { randomBytes } from 'node:crypto';
import { cache } from '../../../lib/index.js';
import { RedisStore } from '../../../lib/redis.js';
import { startAfresh, until } from '../../support/each.js';
import { Processes } from '../../support/processes.js';
import { describeWith } from '../../../test-servers/installed.js';
import { RedisServer } from '../../../test-servers/redis-server.js';
import { describeOn, onRedis, sharedStores } from '../../support/stores.js';
import { outcomeAndVersion, UsersController, withNewUsers } from '../../support/users.js';

withNewUsers();
startAfresh();

describe.each(sharedStores.map(kind => ({ kind })))('a value of another program under the key of an entry', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;

    beforeEach(() => {
      processes = new Processes(shared(), kind.nearBytes);
    });
    afterEach(() => processes.end());

    it.each<[string, (entry: Buffer) => Buffer]>([
      ['nothing at all', () => Buffer.alloc(0)],
      ['a byte', () => Buffer.from([0x72])],
      ['any bytes', () => randomBytes(500)],
      ['text', () => Buffer.from('{"name":"bob","version":7}')],
      ['an entry cut off in its preamble', entry => entry.subarray(0, 18)],
      ['an entry cut off in its head', entry => entry.subarray(0, 60)],
      ['an entry cut off in its body', entry => entry.subarray(0, -1)],
      ['an entry with something after it', entry => Buffer.concat([entry, Buffer.from('x')])],
      ['an entry of another format', entry => Buffer.concat([entry.subarray(0, 3), Buffer.from([0xfe]), entry.subarray(4)])],
      ['an entry whose head is no JSON', entry => replaced(entry, '{"key"', '{"key!')],
      ['an entry without stamps', entry => replaced(entry, '"generationStamps"', '"generationStumps"')],
      ['an entry of another key', entry => replaced(entry, 'UsersController', 'OtherController')],
    ])('is a miss: %s', async (_what, foreign) => {
      const server = await processes.serve(UsersController);
      const other = processes.open();
      await server.get('/users/bob');
      await until(() => cache.stats().stores === 1);
      const key = processes.keys.entry(processes.lastAddress);
      const [entry] = await other.driver.getMany([key]);
      await other.driver.set(key, foreign(entry!.value!), 60_000);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 1]);
      await until(() => cache.stats().stores === 2);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['hit', 1]);
      expect(processes.errors).toEqual([]);
    });

    it('is a miss: the entry of another address', async () => {
      const server = await processes.serve(UsersController);
      const other = processes.open();
      await server.get('/users/ann');
      await until(() => cache.stats().stores === 1);
      const [ann] = await other.driver.getMany([processes.keys.entry(processes.lastAddress)]);
      await server.get('/users/bob');
      await until(() => cache.stats().stores === 2);
      await other.driver.set(processes.keys.entry(processes.lastAddress), ann!.value!, 60_000);
      expect(await server.get('/users/bob')).toMatchObject({ outcome: 'fwd=miss', text: '{"name":"bob","version":1}' });
    });

    it('is read as a generation under the key of a generation', async () => {
      const server = await processes.serve(UsersController);
      const other = processes.open();
      await server.get('/users/bob');
      for (const key of processes.keys.generationsOver(processes.lastAddress.path)) {
        await other.driver.set(key, randomBytes(100), 60_000);
      }
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 1]);
      await server.put('/users/bob');
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
      expect(processes.errors).toEqual([]);
    });
  });
});

describeWith('redis-server', 'a cache in Redis', () => {
  it('neither reads nor writes outside its keyPrefix, and lists and flushes nothing', async () => {
    const redis = await RedisServer.start();
    const processes = new Processes(onRedis(redis.url));
    const scope = `~${processes.keyPrefix}:*`;
    await redis.command('ACL', 'SETUSER', 'app', 'on', '>secret', scope, '+@all', '-keys', '-scan', '-flushall', '-flushdb');
    await redis.command('SET', 'another', 'application');
    const store = new RedisStore(`redis://app:secret@${redis.address}`);
    const server = await processes.serve(UsersController, { store });
    await server.get('/users/bob');
    await until(() => cache.stats().stores === 1);
    expect((await server.get('/users/bob')).outcome).toBe('hit');
    await server.put('/users/bob');
    expect((await server.get('/users/bob')).outcome).toBe('fwd=miss');
    await until(() => cache.stats().stores === 2);
    await cache.clear();
    expect((await server.get('/users/bob')).outcome).toBe('fwd=miss');
    expect(await redis.command('GET', 'another')).toBe('application');
    expect(await redis.command('ACL', 'LOG')).toEqual([]);
    expect(String(await redis.command('INFO', 'commandstats'))).not.toMatch(/cmdstat_(keys|scan|flush)/);
    expect(processes.errors).toEqual([]);
    await processes.end();
  });
});

function replaced(entry: Buffer, what: string, by: string): Buffer {
  const text = entry.toString('latin1');
  expect(text).toContain(what);
  return Buffer.from(text.replace(what, by), 'latin1');
}
