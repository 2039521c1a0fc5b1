import type { RequestListener } from 'node:http';
import { cache } from '../../lib/index.js';
import { inject } from '../inject.js';
import type { Listening } from './listeners.js';

/** Microseconds of the processor that one hit takes, by who listens, round by round. */
export type Measured = ReadonlyMap<string, readonly number[]>;

const WARM_UP = 300;

/** Measures hits with each of the listeners in turns: each begins a round as often as the others. */
export async function measure(
  app: RequestListener,
  url: string,
  listenings: readonly Listening[],
  { rounds, hits }: { readonly rounds: number; readonly hits: number },
): Promise<Measured> {
  const measured = new Map(listenings.map(({ name }) => [name, [] as number[]]));
  for (let time = 0; time < 20; time++) await inject(app, url);
  for (let round = 0; round < rounds; round++) {
    const first = round % listenings.length;
    for (const { name, begin } of [...listenings.slice(first), ...listenings.slice(0, first)]) {
      const stop = begin();
      await send(app, url, WARM_UP);
      globalThis.gc?.();
      const before = process.cpuUsage();
      await send(app, url, hits);
      const { user, system } = process.cpuUsage(before);
      stop();
      measured.get(name)!.push((user + system) / hits);
    }
  }
  return measured;
}

async function send(app: RequestListener, url: string, times: number): Promise<void> {
  const { hits } = cache.stats();
  for (let time = 0; time < times; time++) await inject(app, url);
  if (cache.stats().hits !== hits + times) throw new Error('what is measured as hits is something else');
}
