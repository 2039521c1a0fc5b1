import { performance } from 'node:perf_hooks';
import { systemClock } from '../../lib/time/clock.js';
import { RedisStore } from '../../lib/redis.js';
import type { Address, Entry, LookupResult, Store } from '../../lib/stores/store.js';
import { describeWith } from '../../test-servers/installed.js';
import { ready } from '../../test-servers/readiness.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { TcpProxy } from '../../test-servers/tcp-proxy.js';

const ADDRESS: Address = { key: 'GET /users/bob', path: { path: '/users/bob', ignoresCase: false } };
const BOB = { prefixes: ['/users/bob'] };
/** Milliseconds after which a server is asked again whether it is the primary. */
const ASK_AGAIN_MS = 1000;

describeWith('redis-server', 'a primary that was demoted', () => {
  let faults: unknown[];
  let stores: Store[];
  let primary: RedisServer;
  let replica: RedisServer;
  let link: TcpProxy;

  beforeEach(async () => {
    [faults, stores] = [[], []];
    [primary, replica] = await Promise.all([start(), start()]);
    link = await follow(replica, primary);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    for (const store of stores) await store.close();
    await Promise.all([primary, replica].map(server => server.stop()));
    link.close();
  });

  it('restores no entry when it is the primary again', async () => {
    const network = await TcpProxy.to(primary.port);
    const store = open(`redis://${network.address}`);
    await keep(store, 'old');
    await primary.command('WAIT', '1', '0');
    expect(await kindOf(store)).toBe('hit');

    link.hold();
    expect(await store.invalidate(BOB)).toBeUndefined();
    expect(await kindOf(store)).toBe('miss');

    // The replica has not heard of the invalidation; the old primary then copies what the replica has, and takes over again.
    link.close();
    await replica.command('REPLICAOF', 'NO', 'ONE');
    network.redirect(replica.port);
    const back = await follow(primary, replica);
    await primary.command('REPLICAOF', 'NO', 'ONE');
    network.redirect(primary.port);
    let kind: LookupResult['kind'] = 'unreachable';
    await ready('it answers', async () => (kind = await kindOf(store)) !== 'unreachable');
    expect(kind).toBe('miss');
    back.close();
    network.close();
  });

  it('is not served from once it has been asked again, though its connections stay', async () => {
    const [one, other] = [open(primary.url), open(replica.url)];
    await keep(one, 'old');
    await primary.command('WAIT', '1', '0');
    expect(await kindOf(one)).toBe('hit');

    link.close();
    await replica.command('REPLICAOF', 'NO', 'ONE');
    const back = await follow(primary, replica);
    await ready('the promoted one answers', async () => (await kindOf(other)) === 'miss');
    // What happens from now on, the demoted one does not hear of.
    back.hold();
    expect(await other.invalidate(BOB)).toBeUndefined();

    later(ASK_AGAIN_MS);
    expect(await kindOf(one)).toBe('unreachable');
    expect(JSON.stringify(faults)).toContain('Redis is a replica; the cache needs the primary.');
    expect(await kindOf(one)).toBe('unreachable');
    back.close();
  });

  it('is served from again when it is promoted, and has nothing of before', async () => {
    const store = open(primary.url);
    await keep(store, 'old');
    await primary.command('WAIT', '1', '0');
    link.close();
    await replica.command('REPLICAOF', 'NO', 'ONE');
    const back = await follow(primary, replica);
    await primary.command('REPLICAOF', 'NO', 'ONE');
    later(ASK_AGAIN_MS);
    // The first question may still be answered as before; whoever asks after its answer is told of the new reign.
    await store.lookup({ ...ADDRESS, key: 'another' });
    expect(await kindOf(store)).toBe('miss');
    await keep(store, 'new');
    expect(await kindOf(store)).toBe('hit');
    back.close();
  });

  /** Replicates at once. */
  function start(): Promise<RedisServer> {
    return RedisServer.start({ args: ['--repl-diskless-sync-delay', '0'] });
  }

  async function follow(follower: RedisServer, leader: RedisServer): Promise<TcpProxy> {
    const way = await TcpProxy.to(leader.port);
    await follower.command('REPLICAOF', '127.0.0.1', String(way.port));
    await ready('the replica follows', async () => String(await follower.command('ROLE')).includes('connected'));
    return way;
  }

  function open(url: string): Store {
    const reportFault = (...fault: unknown[]) => faults.push(fault.map(String));
    const settings = { clock: systemClock, keyPrefix: 'rcc', storeTimeoutMs: 5000, collapseTimeoutMs: 10_000, reportFault };
    const store = new RedisStore({ url }).open(settings);
    stores.push(store);
    return store;
  }

  async function keep(store: Store, text: string): Promise<void> {
    const begun = await store.lease(ADDRESS);
    if (begun.kind !== 'miss') throw new Error(`Expected a fence, got: ${begun.kind}.`);
    expect(await store.save(ADDRESS, entryOf(text), begun.lease)).toBe(true);
  }

  async function kindOf(store: Store): Promise<LookupResult['kind']> {
    return (await store.lookup(ADDRESS)).kind;
  }

  function entryOf(text: string): Entry {
    const body = Buffer.from(text);
    const response = { status: 200, statusMessage: undefined, headers: [], body, isStreamed: false, callsNext: true };
    return { response, storedAtMs: Date.now(), expiresAtMs: Date.now() + 60_000 };
  }

  function later(ms: number): void {
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + ms);
  }
});
