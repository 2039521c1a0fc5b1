import { createHash } from 'node:crypto';
import { missingPeer } from '../../errors/require-peer.js';
import type { Driver, Found } from '../shared/driver.js';
import { EXPIRED, toExptime, NO_EXPIRATION, MemcachedServer } from './memcached-server.js';
import { connectAt, type MemcachePackage } from './place-client.js';
import { isNamed, placeOf, type MemcachedServers } from './memcached-options.js';

/**
 * Returns the server of a key: the one with the highest score (rendezvous hashing). The score depends only on the names, so all processes
 * agree in any order of servers, and an added or removed server moves only its own keys. The keys of a server that is down do not move:
 * otherwise an invalidation could reach a server that no process reads afterwards.
 */
export function serverForKey<Server extends { readonly name: string }>(
  servers: readonly [Server, ...Server[]],
  key: string,
): Server {
  let [best] = servers;
  if (servers.length === 1) return best;
  let highest = -1;
  for (const server of servers) {
    const score = createHash('sha256').update(`${server.name} ${key}`).digest().readUInt32BE(0);
    if (score > highest || (score === highest && server.name > best.name)) {
      best = server;
      highest = score;
    }
  }
  return best;
}

/**
 * Milliseconds without a reply after which the client closes a connection. The client also counts the time of a blocked event loop, so the
 * value is longer than usual blocks. No request waits so long: `storeTimeout` bounds each operation.
 */
const SILENCE_MS = 6000;

/** A Memcached that restarts never has older data: it is empty. */
const INCARNATION = '';

/**
 * The driver of Memcached. Memcached cannot extend a TTL conditionally, and evicts the least recently used values itself, so values that
 * need a longer TTL have none.
 */
export class MemcachedDriver implements Driver {
  readonly hasAtomicCas = true;
  readonly canExtendTtl = true;
  /** The default maximum item of Memcached is 1 MiB, with its key and its metadata. */
  readonly maxValueBytes = 1024 * 1024 - 512;
  private readonly servers: readonly [MemcachedServer, ...MemcachedServer[]];

  constructor(at: MemcachedServers) {
    if ('client' in at) {
      this.servers = [new MemcachedServer('its server', at.client, false)];
      return;
    }
    const [first, ...others] = at.servers;
    this.servers = [connectionTo(first), ...others.map(connectionTo)];
  }

  open(onError: (error: unknown) => void): void {
    // A client without a connection connects for each command, so no error repeats between commands.
    for (const server of this.servers) server.ping().catch(onError);
  }

  async getMany(keys: readonly string[]): Promise<readonly Found[]> {
    const found = await Promise.all(Array.from(this.byServer(keys), ([server, own]) => server.getMany(own)));
    const values = new Map(found.flatMap(part => [...part]));
    return keys.map(key => ({ value: values.get(key), incarnation: INCARNATION }));
  }

  set(key: string, value: Buffer, lifetimeMs: number): Promise<void> {
    return this.serverOf(key).set(key, value, toExptime(lifetimeMs, Date.now()));
  }

  setIfAbsent(key: string, value: Buffer, lifetimeMs: number): Promise<boolean> {
    return this.serverOf(key).add(key, value, toExptime(lifetimeMs, Date.now()));
  }

  async compareAndSet(key: string, expected: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    if (expected === undefined) return this.setIfAbsent(key, value, lifetimeMs);
    return this.setIf(key, held => held.equals(expected), value, toExptime(lifetimeMs, Date.now()));
  }

  async replace(key: string, start: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    if (start === undefined) return this.setIfAbsent(key, value, lifetimeMs);
    return this.setIf(key, held => held.subarray(0, start.length).equals(start), value, toExptime(lifetimeMs, Date.now()));
  }

  delete(key: string): Promise<void> {
    return this.serverOf(key).delete(key);
  }

  compareAndDelete(key: string, expected: Buffer): Promise<boolean> {
    return this.setIf(key, held => held.equals(expected), expected, EXPIRED);
  }

  async extendTtl(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map(key => this.serverOf(key).touch(key, NO_EXPIRATION)));
  }

  close(): Promise<void> {
    for (const server of this.servers) server.close();
    return Promise.resolve();
  }

  private async setIf(key: string, holds: (held: Buffer) => boolean, value: Buffer, exptime: number): Promise<boolean> {
    const server = this.serverOf(key);
    const held = await server.getVersioned(key);
    if (held === undefined || !holds(held.value)) return false;
    return server.replace(key, held.version, value, exptime);
  }

  private byServer(keys: readonly string[]): ReadonlyMap<MemcachedServer, readonly string[]> {
    const groups = new Map<MemcachedServer, string[]>();
    for (const key of keys) {
      const server = this.serverOf(key);
      const group = groups.get(server);
      if (group === undefined) groups.set(server, [key]);
      else group.push(key);
    }
    return groups;
  }

  private serverOf(key: string): MemcachedServer {
    return serverForKey(this.servers, key);
  }
}

/** @throws CacheConfigError if the package `memcache-client` is not installed */
export function loadMemcacheClient(): MemcachePackage {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is used, by a call that bundlers find
    return require('memcache-client') as MemcachePackage;
  } catch (error) {
    throw missingPeer('memcache-client', 'routing-controllers-cache/memcached', error);
  }
}

/** One client per server: a client with several servers sends a command to any of them. */
function connectionTo(address: string): MemcachedServer {
  const parts = loadMemcacheClient();
  const client = new parts.MemcacheClient({
    server: address,
    noDelay: true,
    connectTimeout: SILENCE_MS,
    cmdTimeout: SILENCE_MS,
  });
  const place = isNamed(address) ? undefined : placeOf(address);
  if (place !== undefined) connectAt(place, address, client, parts, SILENCE_MS);
  return new MemcachedServer(address, client, true);
}
