import { createHash } from 'node:crypto';
import { missingPeer } from '../../errors/require-peer.js';
import type { Driver, Found } from '../shared/driver.js';
import { toExptime, NO_EXPIRATION, MemcachedServer } from './memcached-server.js';
import { connectAt, type MemcachePackage } from './place-client.js';
import { isNamed, placeOf, type MemcachedServers } from './memcached-options.js';

/**
 * The server that a key lives on: the one that scores highest with it (rendezvous hashing). It depends on nothing but the names, so all
 * processes agree, in whatever order they list them, and a server more or less moves only the keys it takes or leaves. A server that is
 * down keeps its keys: were they looked for elsewhere meanwhile, an invalidation could be written where nobody looks afterwards.
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
 * Milliseconds after which the client gives up a connection that does not answer. The client counts by the clock, so this is longer than a
 * busy process is blocked. No request waits so long: `storeTimeout` bounds each operation.
 */
const SILENCE_MS = 6000;

/** Memcached never comes back with older data: it comes back empty. */
const INCARNATION = '';

/**
 * Memcached as a shared store needs it. It has no way to make a lifetime longer only, and drops what is used least by itself: what is to
 * live longer lives until its memory is needed.
 */
export class MemcachedDriver implements Driver {
  readonly hasAtomicCas = true;
  readonly canExtendTtl = true;
  /** An item of 1 MiB is what Memcached takes by default, with its key and what it notes. */
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
    // The client connects with each command, when it is not connected: nothing goes on failing in between.
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
    return this.setIf(key, held => held.equals(expected), value, lifetimeMs);
  }

  async replace(key: string, start: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    if (start === undefined) return this.setIfAbsent(key, value, lifetimeMs);
    return this.setIf(key, held => held.subarray(0, start.length).equals(start), value, lifetimeMs);
  }

  delete(key: string): Promise<void> {
    return this.serverOf(key).delete(key);
  }

  async extendTtl(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map(key => this.serverOf(key).touch(key, NO_EXPIRATION)));
  }

  close(): Promise<void> {
    for (const server of this.servers) server.close();
    return Promise.resolve();
  }

  private async setIf(key: string, holds: (held: Buffer) => boolean, value: Buffer, lifetimeMs: number): Promise<boolean> {
    const server = this.serverOf(key);
    const held = await server.getVersioned(key);
    if (held === undefined || !holds(held.value)) return false;
    return server.replace(key, held.version, value, toExptime(lifetimeMs, Date.now()));
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

/** @throws CacheConfigError when the package `memcache-client` is not installed */
export function loadMemcacheClient(): MemcachePackage {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only when it is used, by a call that bundlers find
    return require('memcache-client') as MemcachePackage;
  } catch (error) {
    throw missingPeer('memcache-client', 'routing-controllers-cache/memcached', error);
  }
}

/** A client of its own for each server: given several, this client sends a command to any of them. */
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
