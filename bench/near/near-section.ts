import { median } from '../median.js';
import { percentile } from '../percentile.js';
import { table } from '../report/table.js';
import { HitsProcess, type HitsDone } from './hits.js';
import { OwnRedis, type Traffic } from './own-redis.js';

const SIZES = [1000, 100_000, 1_000_000] as const;
const WARM_UP = 1000;
const KINDS = ['far', 'near'] as const;

interface Round extends HitsDone {
  /** Bytes that went from Redis, and to it, for one hit. */
  readonly fromRedis: number;
  readonly toRedis: number;
}

type Rounds = Record<(typeof KINDS)[number], Round[]>;

interface Row {
  readonly body: string;
  readonly figure: string;
  readonly far: string;
  readonly near: string;
  readonly ratio: string;
}

/** What a near cache saves: hits with it and without, in turns. @returns a table */
export async function nearSection(rounds: number, hits: number): Promise<string> {
  const redis = await OwnRedis.start();
  const url = `redis://127.0.0.1:${redis.port}`;
  const processes = { far: new HitsProcess(url, false), near: new HitsProcess(url, true) };
  const rows: Row[] = [];
  for (const bytes of SIZES) rows.push(...rowsOf(bytes, await measure(redis, processes, { bytes, hits, rounds })));
  for (const kind of KINDS) processes[kind].stop();
  await redis.stop();
  return table<Row>(rows, [
    { title: 'body', of: ({ body }) => body },
    { title: 'of one hit', of: ({ figure }) => figure },
    { title: 'Redis', of: ({ far }) => far, isFigure: true },
    { title: 'with a near cache', of: ({ near }) => near, isFigure: true },
    { title: 'ratio (lowest–highest)', of: ({ ratio }) => ratio, isFigure: true },
  ]);
}

interface Plan {
  readonly bytes: number;
  readonly hits: number;
  readonly rounds: number;
}

async function measure(redis: OwnRedis, processes: Record<keyof Rounds, HitsProcess>, plan: Plan): Promise<Rounds> {
  const { bytes, hits: count, rounds } = plan;
  for (const kind of KINDS) await processes[kind].warmUp({ bytes, count: WARM_UP });
  const measured: Rounds = { far: [], near: [] };
  for (let round = 0; round < rounds; round++) {
    // Each begins every other round, so that neither always has the other's garbage around.
    for (const kind of round % 2 === 0 ? KINDS : KINDS.toReversed()) {
      let done: HitsDone | undefined;
      const traffic = await redis.during(async () => (done = await processes[kind].measure({ bytes, count })));
      measured[kind].push({ ...done!, ...perHit(traffic, count) });
    }
  }
  return measured;
}

function perHit({ bytesIn, bytesOut }: Traffic, hits: number): Pick<Round, 'fromRedis' | 'toRedis'> {
  return { fromRedis: bytesOut / hits, toRedis: bytesIn / hits };
}

function rowsOf(bytes: number, rounds: Rounds): Row[] {
  const row = (figure: string, of: (round: Round) => number, shown: (figure: number) => string): Row => {
    const [far, near] = [rounds.far.map(of), rounds.near.map(of)];
    const ratios = near.map((value, round) => value / far[round]!);
    const range = `${ratioText(Math.min(...ratios))}–${ratioText(Math.max(...ratios))}`;
    return {
      body: sizeText(bytes),
      figure,
      far: shown(median(far)),
      near: shown(median(near)),
      ratio: `${ratioText(median(ratios))} (${range})`,
    };
  };
  return [
    row('latency, median', ({ micros }) => median(micros), microseconds),
    p99Row(bytes, rounds),
    row('CPU of the process', ({ cpuMicros }) => cpuMicros, microseconds),
    row('bytes from Redis', ({ fromRedis }) => fromRedis, wholeNumber),
    row('bytes to Redis', ({ toRedis }) => toRedis, wholeNumber),
  ];
}

/** Of all rounds together: one round has too few hits for it. */
function p99Row(bytes: number, rounds: Rounds): Row {
  const [far, near] = KINDS.map(kind =>
    percentile(
      rounds[kind].flatMap(({ micros }) => micros),
      0.99,
    ),
  ) as [number, number];
  return {
    body: sizeText(bytes),
    figure: 'latency, p99 of all',
    far: microseconds(far),
    near: microseconds(near),
    ratio: ratioText(near / far),
  };
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${bytes / 1000} kB` : `${bytes / 1_000_000} MB`;
}

function ratioText(ratio: number): string {
  return ratio.toFixed(ratio < 0.095 ? 4 : 2);
}

function microseconds(micros: number): string {
  return `${wholeNumber(micros)} µs`;
}

function wholeNumber(figure: number): string {
  return Math.round(figure).toLocaleString('en');
}
