import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { ResolvedCapabilities } from '../capabilities.js';
import type { DefineTest } from '../harness.js';
import type { Address, WriteIntent, Lease, Targets } from 'routing-controllers-cache';
import { SeededRandom } from '../random.js';
import { at, withComputedTags, caseless, tagged, under } from '../fixtures.js';
import type { StoreClient } from '../store-client.js';

const SEEDS = [1, 2, 3, 4, 5];

/** Concurrent requests and writes: no request receives a response that was stale when the request began. */
export function checkRandomWorkloads(check: DefineTest, { shared, writeIntents }: ResolvedCapabilities): void {
  for (const seed of SEEDS) {
    check(`never serves a stale response while requests and writes overlap (seed ${seed})`, async (client, harness) => {
      const clients = shared ? ([client, await harness.openPeer(), await harness.openPeer()] as const) : ([client] as const);
      const workload = new RandomWorkload(seed, clients, writeIntents);
      await workload.run();
      assert.ok(workload.hits > 0, 'The store never served an entry.');
    });
  }
}

const WORKERS = 6;
const STEPS = 40;
const LONGEST_PAUSE = 6;

const ADDRESSES: readonly [Address, ...Address[]] = [
  at(''),
  at('/users'),
  at('/users/bob'),
  at('/users/bob/friends'),
  at('/users/bob/friends', 'with a query'),
  at('/users/bobby'),
  caseless('/Users/Bob'),
  tagged('/lists/1', 'bob'),
  tagged('/lists/2', 'bob', '/users'),
  withComputedTags('/lists/3'),
  withComputedTags('/users/bob/lists'),
];
/** The computed tags of the entries. */
const COMPUTED_TAGS: Readonly<Record<string, readonly string[]>> = {
  [withComputedTags('/lists/3').key]: ['bob', 'team'],
  [withComputedTags('/users/bob/lists').key]: ['/users'],
};
const TAGS: readonly [string, ...string[]] = ['bob', 'team', '/users', 'other'];
const PREFIXES: readonly [string, ...string[]] = ['/users/bob', '/users/bob/friends', '/users/bobby', '/users', '/other', '/'];

/** The data behind an address. */
interface Row {
  /** Grows with each write. */
  version: number;
  /** The oldest version that a new request may receive: the write of this version has been acknowledged. */
  floor: number;
}

/** Requests and writes of several processes. A seed decides their order, as far as the store permits. */
class RandomWorkload {
  hits = 0;
  private readonly random: SeededRandom;
  private readonly rows = new Map<Address, Row>(ADDRESSES.map(address => [address, { version: 0, floor: 0 }]));
  /** The fills in progress that requests may join, by process and key. */
  private readonly flights = new Map<string, { readonly lease: Lease; readonly version: Promise<number> }>();

  constructor(
    private readonly seed: number,
    private readonly clients: readonly [StoreClient, ...StoreClient[]],
    private readonly usesWriteIntents: boolean,
  ) {
    this.random = new SeededRandom(seed);
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: WORKERS }, () => this.work()));
  }

  private async work(): Promise<void> {
    for (let step = 0; step < STEPS; step++) {
      const client = this.random.pick(this.clients);
      await (this.random.chance(0.15) ? this.write(client) : this.request(client, this.random.pick(ADDRESSES)));
      await this.pause();
    }
  }

  private async request(client: StoreClient, address: Address): Promise<void> {
    const { floor } = this.rowOf(address);
    const result = await client.store.lookup(address);
    assert.notEqual(result.kind, 'unreachable');
    if (result.kind === 'hit') {
      this.hits++;
      this.compare(Number(result.entry.response.body.toString()), floor, address, 'The store served');
    }
    if (result.kind === 'miss') await this.fill(client, address, floor, result.lease);
  }

  private async fill(client: StoreClient, address: Address, floor: number, lease: Lease): Promise<void> {
    const name = `${this.clients.indexOf(client)} ${address.key}`;
    const flight = this.flights.get(name);
    if (flight !== undefined && client.store.canShare(flight.lease, lease)) {
      client.store.release(lease, 'unused');
      this.compare(await flight.version, floor, address, 'A joined fill returned');
      return;
    }
    const version = this.compute(address);
    const ours = { lease, version };
    this.flights.set(name, ours);
    const text = String(await version);
    if (this.random.chance(0.1)) client.store.release(lease, 'unused');
    else await client.save(address, text, lease, { tags: COMPUTED_TAGS[address.key] ?? [] });
    if (this.flights.get(name) === ours) this.flights.delete(name);
  }

  /** Reads the version, with a random pause before and after. */
  private async compute(address: Address): Promise<number> {
    await this.pause();
    const { version } = this.rowOf(address);
    await this.pause();
    return version;
  }

  private async write(client: StoreClient): Promise<void> {
    const targets = this.targets();
    const intent = this.usesWriteIntents && this.random.chance(0.7) ? await client.beginWriteOf(targets) : undefined;
    await this.pause();
    if (intent !== undefined && this.random.chance(0.25)) {
      await intent.abort();
      return;
    }
    const written = ADDRESSES.filter(address => isInvalidated(address, targets)).map(address => {
      const row = this.rowOf(address);
      return { row, version: ++row.version };
    });
    await this.pause();
    await invalidate(client, targets, intent);
    for (const { row, version } of written) row.floor = Math.max(row.floor, version);
  }

  private targets(): Targets {
    const prefixes = [this.random.pick(PREFIXES)];
    const tags = [this.random.pick(TAGS)];
    if (this.random.chance(0.5)) return { prefixes };
    return this.random.chance(0.7) ? { prefixes: [], tags } : { prefixes, tags };
  }

  private compare(version: number, floor: number, address: Address, what: string): void {
    assert.ok(
      version >= floor,
      `${what} version ${version} of ${address.key} to a request that began after ${floor} was acknowledged (seed ${this.seed}).`,
    );
  }

  private rowOf(address: Address): Row {
    const row = this.rows.get(address);
    assert.ok(row);
    return row;
  }

  private async pause(): Promise<void> {
    for (let left = Math.floor(this.random.next() * LONGEST_PAUSE); left > 0; left--) await turn();
  }
}

async function invalidate(client: StoreClient, targets: Targets, intent: WriteIntent | undefined): Promise<void> {
  if (intent === undefined) return client.invalidateAll(targets);
  assert.equal(await intent.commit(under()), undefined, 'The invalidation was not delivered.');
}

function isInvalidated(address: Address, { prefixes, tags = [] }: Targets): boolean {
  const its = [...(address.tags ?? []), ...(COMPUTED_TAGS[address.key] ?? [])];
  return prefixes.some(prefix => isUnderPrefix(address, prefix)) || tags.some(tag => its.includes(tag));
}

/** Repeats the rule of prefixes in its simplest form, independent of the library. */
function isUnderPrefix({ path: { path, ignoresCase } }: Address, prefix: string): boolean {
  const [inner, outer] = ignoresCase ? [path.toLowerCase(), prefix.toLowerCase()] : [path, prefix];
  return outer === '/' || `${inner}/`.startsWith(`${outer}/`);
}
