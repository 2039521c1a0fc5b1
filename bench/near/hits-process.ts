import { cache } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';
import { inject } from '../inject.js';
import { bodiesApp, bodyPath } from './bodies-app.js';
import type { HitsDone, HitsOrder } from './hits.js';

/** A process with its cache in Redis, that does what it is told and says what it took. Arguments: the URL, and whether there is a near cache. */
const [, , url, near] = process.argv;
const app = bodiesApp();

async function hits({ bytes, count }: HitsOrder): Promise<HitsDone> {
  const path = bodyPath(bytes, 'hit');
  const before = cache.stats().hits;
  const micros: number[] = [];
  const cpu = process.cpuUsage();
  for (let hit = 0; hit < count; hit++) {
    const begin = performance.now();
    await inject(app, path);
    micros.push((performance.now() - begin) * 1000);
  }
  const { user, system } = process.cpuUsage(cpu);
  const areHits = cache.stats().hits === before + count;
  return { micros, cpuMicros: (user + system) / count, areHits };
}

cache.configure({
  store: new RedisStore({ url, nearCache: near === 'true' }),
  keyPrefix: `near-${near}`,
  maxEntryBytes: 2 ** 22,
  // For busy machines: what is late is slow, and no fault.
  storeTimeout: 10,
});
process.on('message', (order: HitsOrder) => void hits(order).then(done => process.send!(done)));
process.on('disconnect', () => process.exit());
