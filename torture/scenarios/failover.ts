import { ready } from '../../test-servers/readiness.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { TcpProxy } from '../../test-servers/tcp-proxy.js';
import type { Servers } from '../servers.js';
import { NOTHING_CLAIMED, REDIS, type Scenario, type Stage } from './scenario.js';

/** Milliseconds before the promotion in which the replica receives no writes. */
const LAG_MS = [100, 800] as const;

/** A primary and its replica. The addresses of the clients lead to the current primary. */
interface Pair {
  primary: RedisServer;
  replica: RedisServer;
  /** The connection from the replica to its primary. */
  link: TcpProxy;
}

const pairs = new WeakMap<Servers, Pair>();

async function prepare(stage: Stage): Promise<() => Promise<void>> {
  const primary = stage.servers[0] as RedisServer;
  await primary.command('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
  const replica = await RedisServer.start({ args: ['--repl-diskless-sync-delay', '0'] });
  const pair = { primary, replica, link: await follow(replica, primary) };
  pairs.set(stage.site, pair);
  return async () => {
    await pair.link.stop();
    await Promise.all([pair.primary, pair.replica].filter(server => server !== primary).map(server => server.stop()));
  };
}

async function follow(replica: RedisServer, primary: RedisServer): Promise<TcpProxy> {
  const link = await TcpProxy.to(primary.port);
  await replica.command('REPLICAOF', '127.0.0.1', String(link.port));
  await ready('the replica follows', async () => String(await replica.command('ROLE')).includes('connected'));
  return link;
}

/**
 * Promotes the replica, without the last writes.
 *
 * @param leave ends or keeps the old primary, and returns the server that becomes the next replica
 */
async function promote(stage: Stage, leave: (old: RedisServer) => Promise<RedisServer>): Promise<void> {
  const pair = pairs.get(stage.site)!;
  const { random, pause, networks } = stage;
  await pause(random.between(300, 900));
  pair.link.hold();
  await pause(random.between(...LAG_MS));
  const { primary: old, replica: next } = pair;
  let left!: RedisServer;
  await stage.breaking(async () => {
    for (const network of networks) network.refuse();
    for (const network of networks) network.cut();
    left = await leave(old);
    pair.link.close();
    await next.command('REPLICAOF', 'NO', 'ONE');
    await pause(random.between(0, 400));
    for (const network of networks) network.leadTo(next.port);
    await Promise.all(networks.map(network => network.accept()));
  });
  await pause(random.between(200, 600));
  await pair.link.stop();
  Object.assign(pair, { primary: next, replica: left, link: await follow(left, next) });
}

export const failover: Scenario = {
  title: 'a replica that missed the last writes replaces a primary that was killed',
  stores: REDIS,
  isInShort: true,
  othersCannot: NOTHING_CLAIMED,
  hasNetworks: true,
  rounds: 5,
  prepare,
  round: stage =>
    promote(stage, async old => {
      // The old primary restarts empty, as the next replica.
      await old.restart();
      return old;
    }),
};

export const failback: Scenario = {
  title: 'primary and replica swap their roles again and again without a restart, and each swap loses the last writes',
  stores: REDIS,
  isInShort: false,
  othersCannot: NOTHING_CLAIMED,
  hasNetworks: true,
  rounds: 6,
  prepare,
  round: stage => promote(stage, old => Promise.resolve(old)),
};
