import { setTimeout as pause } from 'node:timers/promises';
import { TcpProxy } from '../test-servers/tcp-proxy.js';
import { check, SETTLING_MS, type Verdict } from './checker.js';
import { WorkerPool } from './worker-pool.js';
import { failuresOf, HEALTHY_MS } from './demands.js';
import type { Change, FaultWindow } from './operation-log.js';
import type { ContenderName, Mode } from './messages.js';
import { monotonicMs } from './monotonic.js';
import type { Options } from './options.js';
import { Random } from './random.js';
import { SCENARIOS, type ScenarioName } from './scenarios/index.js';
import type { Scenario, Stage } from './scenarios/scenario.js';
import { StoreWatch } from './store-watch.js';
import { startServers, type Servers } from './servers.js';
import { USUAL_MIX } from './workload.js';

export interface RunPlan {
  readonly contender: ContenderName;
  readonly scenario: ScenarioName;
  readonly mode: Mode;
  readonly seed: number;
}

export interface RunResult extends Verdict {
  readonly plan: RunPlan;
  /** The demands that the cache did not meet although the store was healthy. */
  readonly failures: readonly string[];
  readonly pool: WorkerPool;
  readonly seconds: number;
  /** The longest response time of the store to the runner in milliseconds; `undefined` in scenarios that break the store. */
  readonly storeMs: number | undefined;
}

/** The rounds of a short run as a share of the rounds of a long one. */
const SHORT_ROUNDS = 1 / 5;

/** Runs one scenario on one cache: starts its servers, runs the load, and checks the log. */
export async function run(plan: RunPlan, options: Options): Promise<RunResult> {
  const scenario: Scenario = SCENARIOS[plan.scenario];
  const servers = await (scenario.startServers?.() ?? startServers(options.store));
  const networks = scenario.hasNetworks === true ? await networksTo(servers, options.processes) : [];
  const mix = { ...USUAL_MIX, ...scenario.mix, ...(!options.hasTags && { tagged: 0 }) };
  const pool = new WorkerPool(
    (place, worker) => ({
      ...{ worker, contender: plan.contender, store: options.store, mode: plan.mode, mix },
      ...{ clients: options.clients, handlerMs: options.handlerMs, overHttp: options.overHttp },
      ...{ failing: 0, hasEdge: false, hasGrace: false, hasChain: false, isVerified: false, ...scenario.assignment },
      urls: networks.length === 0 ? servers.urls : [urlThrough(servers, networks[place]!)],
      seed: plan.seed * 131 + worker,
    }),
    place => ({
      ...servers.optionsOf?.(place),
      env: { TORTURE_CLOCK_AHEAD_MS: String(scenario.aheadMs?.(place) ?? 0) },
    }),
  );
  const faults: FaultWindow[] = [];
  const stage = stageOf(plan, options, servers, networks, pool, faults);
  const startMs = monotonicMs();
  const watch = scenario.demands === undefined ? undefined : await watchOf(servers);
  let cleanUp: (() => Promise<void>) | undefined;
  try {
    cleanUp = await scenario.prepare?.(stage);
    // Processes do not share their memory.
    await pool.start(options.store === 'simple' ? 1 : options.processes);
    const rounds = options.isShort ? (scenario.shortRounds ?? Math.ceil(scenario.rounds * SHORT_ROUNDS)) : scenario.rounds;
    const wanted = scenario.isCounted === true ? 0 : options.operations;
    for (let round = 1; round <= rounds || pool.operations < wanted; round++) {
      pool.checkIsWhole();
      await (scenario.round?.({ ...stage, round }) ?? pause(50));
    }
    // After the settling time no stale read is excused. The calm time then checks that late invalidations have been delivered.
    const hasToSettle = plan.mode === 'continue' && faults.length > 0;
    await pause((options.isShort ? 500 : 2500) + (hasToSettle ? SETTLING_MS : 0));
  } finally {
    await pool.stop();
    watch?.stop();
    for (const network of networks) await network.stop();
    await cleanUp?.();
    await servers.stop();
  }
  const storeMs = watch?.longestMs;
  const isStoreHealthy = storeMs !== undefined && storeMs <= HEALTHY_MS;
  const verdict = check({ reads: pool.reads, changes: isStoreHealthy ? pool.changes.map(asDelivered) : pool.changes, faults });
  const failures = scenario.demands ? failuresOf(pool, scenario.demands) : [];
  return { plan, pool, failures, storeMs, ...verdict, seconds: (monotonicMs() - startMs) / 1000 };
}

/** Starts the watch of the store. @returns undefined if the store is no server, but memory or a file */
async function watchOf({ breakable, urls }: Servers): Promise<StoreWatch | undefined> {
  return breakable.length === 0 ? undefined : StoreWatch.of(urls[0]!);
}

/** Returns the change as delivered. If the store was healthy, a report of the cache excuses no stale read. */
function asDelivered(change: Change): Change {
  return { ...change, isUndelivered: false };
}

function stageOf(
  plan: RunPlan,
  options: Options,
  servers: Servers,
  networks: readonly TcpProxy[],
  pool: WorkerPool,
  faults: FaultWindow[],
): Stage {
  return {
    random: new Random(plan.seed),
    servers: servers.breakable,
    networks,
    pool,
    site: servers,
    round: 0,
    processes: options.processes,
    pause: ms => pause(ms),
    async breaking(body) {
      const startMs = monotonicMs();
      await body();
      faults.push({ startMs, endMs: monotonicMs() });
    },
  };
}

async function networksTo(servers: Servers, count: number): Promise<TcpProxy[]> {
  const [server] = servers.breakable;
  if (server === undefined) return [];
  return Promise.all(Array.from({ length: count }, () => TcpProxy.to(server.port)));
}

function urlThrough({ urls }: Servers, network: TcpProxy): string {
  return `${new URL(urls[0]!).protocol}//${network.address}`;
}
