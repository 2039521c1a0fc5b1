import type { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Address, WriteIntent, LookupMiss, Targets } from '../../../lib/stores/store.js';
import { HeldDriver } from '../../support/held-driver.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { entryOf, sharedStoreOn } from '../../support/processes.js';

const address: Address = { key: 'key', path: { path: '/stock/5', ignoresCase: false }, tags: ['stock'] };
const faults: string[] = [];
let driver: HeldDriver;
let store: SharedStore;

function open(on = new HeldDriver(new MemoryDriver())): SharedStore {
  return sharedStoreOn(on, {
    storeTimeoutMs: 250,
    collapseTimeoutMs: 1000,
    reportFault: (_code, message) => faults.push(message),
  });
}

async function isStorable(): Promise<boolean> {
  const { lease } = (await store.lease(address)) as LookupMiss;
  return store.save(address, entryOf('text'), lease);
}

beforeEach(() => {
  faults.length = 0;
  driver = new HeldDriver(new MemoryDriver());
  store = open(driver);
});

afterEach(() => store.close());

describe.each<[string, Targets]>([
  ['of one prefix', { prefixes: ['/stock'] }],
  ['of one tag', { prefixes: [], tags: ['stock'] }],
])('any number of changes at once %s', (_what, targets) => {
  async function operationsOf(count: number): Promise<number> {
    const before = driver.asked.length;
    const changes = await Promise.all(Array.from({ length: count }, () => store.beginWrite(targets)));
    expect(await isStorable()).toBe(false);
    expect(await Promise.all(changes.map(async change => change.commit(targets)))).toEqual(changes.map(() => undefined));
    return driver.asked.length - before;
  }

  it('begin and end together, and leave nothing under way', async () => {
    const writes = () => driver.asked.filter(operation => operation !== 'getMany').length;
    await operationsOf(1);
    const before = writes();
    await operationsOf(500);
    // Of both spellings of a prefix: the first alone, and all others together. A log of tags has as many writes more.
    expect(writes() - before).toBeLessThanOrEqual(24);
    expect(faults).toEqual([]);
    expect(await isStorable()).toBe(true);
  });

  it('are all under way until the last has ended, though others end in between', async () => {
    const changes = await Promise.all(Array.from({ length: 100 }, () => store.beginWrite(targets)));
    const [last, ...others] = changes as [WriteIntent, ...WriteIntent[]];
    await Promise.all(others.map(async (change, index) => (index % 2 === 0 ? change.commit(targets) : change.abort())));
    expect(await isStorable()).toBe(false);
    await last.abort();
    expect(await isStorable()).toBe(true);
  });

  it('of several processes end too', async () => {
    const memory = new MemoryDriver();
    const processes = Array.from({ length: 4 }, () => open(new HeldDriver(memory)));
    store = processes[0]!;
    const changes = await Promise.all(processes.flatMap(one => Array.from({ length: 50 }, () => one.beginWrite(targets))));
    expect(await isStorable()).toBe(false);
    await Promise.all(changes.map(async change => change.commit(targets)));
    expect(await isStorable()).toBe(true);
    expect(faults).toEqual([]);
    await Promise.all(processes.slice(1).map(one => one.close()));
  });
});

it('sends ten thousand targets in pieces, none of which is larger than an operation can be', async () => {
  const largest = jest.spyOn(driver, 'getMany');
  const names = Array.from({ length: 10_000 }, (_, index) => String(index));
  expect(await store.invalidate({ prefixes: names.map(name => `/p/${name}`), tags: names })).toBeUndefined();
  expect(Math.max(...largest.mock.calls.map(([keys]) => keys.length))).toBeLessThanOrEqual(200);
  expect(faults).toEqual([]);
});

it('delivers waiting invalidations when it is closed, also with an open circuit breaker', async () => {
  for (const operation of ['getMany', 'compareAndSet', 'add', 'set'] as const) driver.failing.add(operation);
  const undelivered = await Promise.all(['/a', '/b', '/c', '/d'].map(prefix => store.invalidate({ prefixes: [prefix] })));
  expect(undelivered.every(one => one?.kind === 'undelivered')).toBe(true);
  driver.failing.clear();
  await store.close();
  await Promise.all(undelivered.map(async one => one?.delivered));
  expect(faults.filter(message => message.includes('closed before'))).toEqual([]);
});
