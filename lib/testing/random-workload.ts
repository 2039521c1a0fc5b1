import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from './capabilities.js';
import type { DefineTest } from './harness.js';
import { setImmediate as turn } from 'node:timers/promises';
import type { Address, WriteIntent, Lease, Targets } from '../stores/store.js';
import { SeededRandom } from './random.js';
import { at, awaiting, folded, tagged, under } from './fixtures.js';
import type { StoreClient } from './store-client.js';

const SEEDS = [1, 2, 3, 4, 5];

/** Many requests and changes at once: nobody is given what was out of date when it asked. */
export function checkRandomWorkloads(check: DefineTest, { shared, writeIntents }: ResolvedCapabilities): void {
  for (const seed of SEEDS) {
    check(`is coherent through requests and changes that overlap (seed ${seed})`, async (user, harness) => {
      const users = shared ? ([user, await harness.openPeer(), await harness.openPeer()] as const) : ([user] as const);
      const history = new RandomWorkload(seed, users, writeIntents);
      await history.run();
      assert.ok(history.hits > 0, 'Nothing was ever served from the store.');
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
  folded('/Users/Bob'),
  tagged('/lists/1', 'bob'),
  tagged('/lists/2', 'bob', '/users'),
  awaiting('/lists/3'),
  awaiting('/users/bob/lists'),
];
/** Tags that entries bring. */
const OWN_TAGS: Readonly<Record<string, readonly string[]>> = {
  [awaiting('/lists/3').key]: ['bob', 'team'],
  [awaiting('/users/bob/lists').key]: ['/users'],
};
const TAGS: readonly [string, ...string[]] = ['bob', 'team', '/users', 'other'];
const PREFIXES: readonly [string, ...string[]] = ['/users/bob', '/users/bob/friends', '/users/bobby', '/users', '/other', '/'];

/** What there is to be read under an address, as a number that only grows. */
interface Row {
  version: number;
  /** The version at least that who asks from now on must be given: the change to it has been acknowledged. */
  floor: number;
}

/** Requests and changes of several processes, in an order that a seed decides as far as the store lets it. */
export class RandomWorkload {
  hits = 0;
  private readonly random: SeededRandom;
  private readonly rows = new Map<Address, Row>(ADDRESSES.map(address => [address, { version: 0, floor: 0 }]));
  /** The computations that are under way, as requests join them: of each process its own. */
  private readonly flights = new Map<string, { readonly lease: Lease; readonly version: Promise<number> }>();

  constructor(
    private readonly seed: number,
    private readonly users: readonly [StoreClient, ...StoreClient[]],
    private readonly announcesChanges: boolean,
  ) {
    this.random = new SeededRandom(seed);
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: WORKERS }, () => this.work()));
  }

  private async work(): Promise<void> {
    for (let step = 0; step < STEPS; step++) {
      const user = this.random.pick(this.users);
      await (this.random.chance(0.15) ? this.change(user) : this.request(user, this.random.pick(ADDRESSES)));
      await this.pause();
    }
  }

  private async request(user: StoreClient, address: Address): Promise<void> {
    const { floor } = this.rowOf(address);
    const lookUp = await user.store.lookup(address);
    assert.notEqual(lookUp.kind, 'unreachable');
    if (lookUp.kind === 'hit') {
      this.hits++;
      this.compare(Number(lookUp.entry.response.body.toString()), floor, address, 'The store has served');
    }
    if (lookUp.kind === 'miss') await this.fill(user, address, floor, lookUp.lease);
  }

  private async fill(user: StoreClient, address: Address, floor: number, lease: Lease): Promise<void> {
    const name = `${this.users.indexOf(user)} ${address.key}`;
    const flight = this.flights.get(name);
    if (flight !== undefined && user.store.canShare(flight.lease, lease)) {
      user.store.release(lease, 'unused');
      this.compare(await flight.version, floor, address, 'A computation that was joined has given');
      return;
    }
    const version = this.compute(address);
    const ours = { lease, version };
    this.flights.set(name, ours);
    const text = String(await version);
    if (this.random.chance(0.1)) user.store.release(lease, 'unused');
    else await user.save(address, text, lease, { tags: OWN_TAGS[address.key] ?? [] });
    if (this.flights.get(name) === ours) this.flights.delete(name);
  }

  /** Reads at some time, and is done at some later one. */
  private async compute(address: Address): Promise<number> {
    await this.pause();
    const { version } = this.rowOf(address);
    await this.pause();
    return version;
  }

  private async change(user: StoreClient): Promise<void> {
    const targets = this.targets();
    const change = this.announcesChanges && this.random.chance(0.7) ? await user.beginWriteOf(targets) : undefined;
    await this.pause();
    if (change !== undefined && this.random.chance(0.25)) {
      await change.abort();
      return;
    }
    const changed = ADDRESSES.filter(address => isInvalidated(address, targets)).map(address => {
      const row = this.rowOf(address);
      return { row, version: ++row.version };
    });
    await this.pause();
    await invalidate(user, targets, change);
    for (const { row, version } of changed) row.floor = Math.max(row.floor, version);
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
      `${what} version ${version} of ${address.key} to a request that began when ${floor} had been acknowledged (seed ${this.seed}).`,
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

async function invalidate(user: StoreClient, targets: Targets, change: WriteIntent | undefined): Promise<void> {
  if (change === undefined) return user.invalidateAll(targets);
  assert.equal(await change.commit(under()), undefined, 'The invalidation has not been delivered.');
}

function isInvalidated(address: Address, { prefixes, tags = [] }: Targets): boolean {
  const its = [...(address.tags ?? []), ...(OWN_TAGS[address.key] ?? [])];
  return prefixes.some(prefix => isUnderPrefix(address, prefix)) || tags.some(tag => its.includes(tag));
}

/** Said again, in the simplest way there is. */
function isUnderPrefix({ path: { path, ignoresCase: isFolded } }: Address, prefix: string): boolean {
  const [inner, outer] = isFolded ? [path.toLowerCase(), prefix.toLowerCase()] : [path, prefix];
  return outer === '/' || `${inner}/`.startsWith(`${outer}/`);
}
