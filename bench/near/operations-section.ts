import { createClient, createCluster } from 'redis';
import { cache } from '../../lib/index.js';
import { RedisStore, type RedisClient } from '../../lib/redis.js';
import { table } from '../report/table.js';
import { bodiesApp } from './bodies-app.js';
import { count, type Counted } from './count.js';
import { BYTES, operations } from './operations.js';
import { OwnRedis } from './own-redis.js';
import { RoundTrips } from './round-trips.js';

/** What each operation asks of the store, on a single server and on a Cluster. @returns tables */
export async function operationsSection(times: number): Promise<string> {
  return [
    `Bodies of ${BYTES.toLocaleString('en')} bytes at a path of three segments, with tags of four; medians of ${times} times. A script (EVAL) is one command.`,
    '### On a single Redis',
    tableOf(await onSingle(times)),
    '### On a Redis Cluster, where each key is asked for by itself',
    tableOf(await onCluster(times)),
  ].join('\n\n');
}

async function onSingle(times: number): Promise<Counted[]> {
  const redis = await OwnRedis.start();
  const trips = await RoundTrips.to(redis.port);
  // Clients of its own, since those of the store send a PING now and then.
  const create = () => createClient({ url: `redis://127.0.0.1:${trips.port}`, disableOfflineQueue: true }) as RedisClient;
  return countAll(redis, trips, create, times);
}

async function onCluster(times: number): Promise<Counted[]> {
  const redis = await OwnRedis.start(['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']);
  await redis.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  while (!String(await redis.command('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  const trips = await RoundTrips.to(redis.port);
  const create = () =>
    createCluster({
      rootNodes: [{ url: `redis://127.0.0.1:${trips.port}` }],
      nodeAddressMap: () => ({ host: '127.0.0.1', port: trips.port }),
    }) as unknown as RedisClient;
  return countAll(redis, trips, create, times);
}

async function countAll(redis: OwnRedis, trips: RoundTrips, create: () => RedisClient, times: number): Promise<Counted[]> {
  const rows: Counted[] = [];
  for (const nearCache of [false, true]) {
    await cache.reset();
    cache.configure({
      store: new RedisStore({ client: create(), nearCache }),
      keyPrefix: `n${Number(nearCache)}`,
      storeTimeout: 10,
    });
    for (const operation of operations(bodiesApp())) {
      // A near cache makes a difference to hits alone.
      if (nearCache && !operation.name.startsWith('hit')) continue;
      const counted = await count(operation, redis, trips, times);
      rows.push(nearCache ? { ...counted, name: counted.name.replace('hit', 'near hit') } : counted);
    }
  }
  await cache.reset();
  trips.stop();
  await redis.stop();
  return rows.sort((one, other) => Number(other.name.includes('hit')) - Number(one.name.includes('hit')));
}

function tableOf(rows: readonly Counted[]): string {
  return table<Counted>(rows, [
    { title: 'operation', of: ({ name }) => name },
    { title: 'round trips waited for', of: ({ waitedFor }) => String(waitedFor), isFigure: true },
    { title: 'in all', of: ({ roundTrips }) => String(roundTrips), isFigure: true },
    { title: 'commands', of: ({ commands }) => commands },
    { title: 'bytes to Redis', of: ({ toRedis }) => Math.round(toRedis).toLocaleString('en'), isFigure: true },
    { title: 'from Redis', of: ({ fromRedis }) => Math.round(fromRedis).toLocaleString('en'), isFigure: true },
  ]);
}
