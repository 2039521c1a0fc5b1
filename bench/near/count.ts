import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../median.js';
import type { Operation } from './operations.js';
import type { OwnRedis, Traffic } from './own-redis.js';
import type { RoundTrips } from './round-trips.js';

/** What one operation asks of the store. */
export interface Counted {
  readonly name: string;
  /** Round trips until there is an answer. */
  readonly waitedFor: number;
  /** Those after it as well. */
  readonly roundTrips: number;
  readonly commands: string;
  readonly toRedis: number;
  readonly fromRedis: number;
}

/** Time for what comes after the answer. */
const AFTERWARDS_MS = 15;

/** @returns medians of so many times: now and then the store is asked who it is, along with something else */
export async function count(operation: Operation, redis: OwnRedis, trips: RoundTrips, times: number): Promise<Counted> {
  const waited: number[] = [];
  const all: number[] = [];
  const traffic: Traffic[] = [];
  for (let time = 0; time < times; time++) {
    // Always as long, so that names do not make a difference in bytes.
    const name = `${operation.name.replace(/\W/g, '').slice(-12).padEnd(12, '_')}${String(time).padStart(4, '0')}`;
    for (const step of operation.prepare) {
      await step(name);
      await sleep(AFTERWARDS_MS);
    }
    traffic.push(
      await redis.during(async () => {
        const first = trips.count;
        await operation.run(name);
        waited.push(trips.count - first);
        await sleep(AFTERWARDS_MS);
        all.push(trips.count - first);
      }),
    );
  }
  return {
    name: operation.name,
    waitedFor: median(waited),
    roundTrips: median(all),
    commands: commandsIn(traffic),
    toRedis: median(traffic.map(({ bytesIn }) => bytesIn)),
    fromRedis: median(traffic.map(({ bytesOut }) => bytesOut)),
  };
}

/** What was sent: the script of an EVAL gets and sets, which Redis counts too. */
function commandsIn(traffic: readonly Traffic[]): string {
  const sent = traffic.map(({ calls }) => {
    const scripts = calls.get('EVAL') ?? 0;
    return new Map(Array.from(calls, ([name, number]) => [name, ['GET', 'SET'].includes(name) ? number - scripts : number]));
  });
  const names = [...new Set(sent.flatMap(calls => [...calls.keys()]))].sort();
  return names
    .map(name => [name, median(sent.map(calls => calls.get(name) ?? 0))] as const)
    .filter(([, number]) => number > 0)
    .map(([name, number]) => (number === 1 ? name : `${number} ${name}`))
    .join(', ');
}
