import { setTimeout as sleep } from 'node:timers/promises';
import { cache } from '../../lib/index.js';
import { seededRandom } from '../random.js';
import type { Answer, Order } from './filled.js';
import { LoopProbe } from './loop-probe.js';
import { groupPath, hallPath, memberPath, membersApp } from './members-app.js';
import { sendRequests } from './requests.js';

/** A process with so many entries in its cache, that does what it is told and says how long it took. Argument: the number of entries. */
const entries = Number(process.argv[2]);
const random = seededRandom(1);
const app = membersApp();

/** Time for the probe to see the loop turn before and after. */
const AROUND_MS = 50;

async function fill(): Promise<void> {
  cache.configure({ maxBytes: 2 ** 34 });
  await sendRequests(app, entries, memberPath);
  expectEntries(entries);
}

/** @returns microseconds of processor time for one hit, on all threads */
async function hits(count: number): Promise<number> {
  const before = cache.stats().hits;
  const begin = process.cpuUsage();
  await sendRequests(app, count, () => memberPath(Math.floor(random() * entries)));
  const { user, system } = process.cpuUsage(begin);
  if (cache.stats().hits !== before + count) throw new Error('not all of the hits were hits');
  return (user + system) / count;
}

/** @returns milliseconds until it had been done, and the longest pause of the event loop */
async function invalidate(path: string, covered: number): Promise<{ readonly tookMs: number; readonly pauseMs: number }> {
  const left = cache.stats().entries - covered;
  const probe = new LoopProbe();
  probe.start();
  await sleep(AROUND_MS);
  const begin = performance.now();
  await cache.invalidate(path);
  const tookMs = performance.now() - begin;
  await sleep(AROUND_MS);
  expectEntries(left);
  return { tookMs, pauseMs: probe.stop() };
}

/** @returns milliseconds that the invalidation of a group took, for each of them */
async function invalidateGroups(first: number, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let group = first; group < first + count; group++) {
    const begin = performance.now();
    await cache.invalidate(groupPath(group));
    times.push(performance.now() - begin);
    await new Promise(resolve => setImmediate(resolve));
  }
  return times;
}

function expectEntries(count: number): void {
  const { entries: held } = cache.stats();
  if (held !== count) throw new Error(`the cache holds ${held} entries and should hold ${count}`);
}

async function carryOut(order: Order): Promise<Answer> {
  switch (order.kind) {
    case 'hits':
      return { kind: 'hits', micros: await hits(order.count) };
    case 'groups':
      return { kind: 'groups', timesMs: await invalidateGroups(order.first, order.count) };
    case 'hall':
      return { kind: 'hall', ...(await invalidate(hallPath(order.hall), order.covered)) };
  }
}

async function main(): Promise<void> {
  await fill();
  process.on('message', (order: Order) => {
    void carryOut(order).then(answer => process.send!(answer));
  });
  process.on('disconnect', () => process.exit());
  process.send!({ kind: 'filled' } satisfies Answer);
}

void main();
