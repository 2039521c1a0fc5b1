import type { RealServer } from '../../test-servers/real-server.js';
import type { TcpProxy } from '../../test-servers/tcp-proxy.js';
import type { WorkerPool } from '../worker-pool.js';
import type { Assignment, ContenderName, StoreKind } from '../messages.js';
import type { Random } from '../random.js';
import type { Servers } from '../servers.js';
import type { Mix } from '../workload.js';

/** The tools of a scenario while the load runs. */
export interface Stage {
  readonly random: Random;
  readonly servers: readonly RealServer[];
  /** The network of each process, if the scenario has `hasNetworks`. */
  readonly networks: readonly TcpProxy[];
  readonly processes: number;
  readonly pool: WorkerPool;
  readonly site: Servers;
  /** The number of the round, from 1. */
  readonly round: number;
  readonly pause: (ms: number) => Promise<void>;
  /** Runs `body`, which breaks the store, and records this time for the checker. */
  readonly breaking: (body: () => Promise<void>) => Promise<void>;
}

/** The demands on a cache with a healthy store: it refuses no change, delivers all invalidations, and runs handlers rarely. */
export interface Demands {
  /** The highest number of handler runs in one burst. With this demand, no read may bypass the cache. */
  readonly computations?: number;
  /** True if hits are verified. Then no verification may report a hit as stale or unstable. */
  readonly isVerified?: boolean;
}

/** A kind of failure, or of load. */
export interface Scenario {
  readonly title: string;
  readonly stores: readonly StoreKind[];
  readonly isInShort: boolean;
  /** True if each process reaches the store over its own network. */
  readonly hasNetworks?: boolean;
  /** The shares of the steps that differ from `USUAL_MIX`. */
  readonly mix?: Partial<Mix>;
  /** The properties of the processes that differ from the usual ones. */
  readonly assignment?: Partial<
    Pick<Assignment, 'clients' | 'handlerMs' | 'failing' | 'overHttp' | 'hasEdge' | 'hasGrace' | 'hasChain' | 'isVerified'>
  >;
  /** Returns the milliseconds by which the clock of the process at a place is ahead. */
  readonly aheadMs?: (place: number) => number;
  /** The demands on the cache. The store is healthy all the time, so no stale read is excused, and an unmet demand fails the run. */
  readonly demands?: Demands;
  /** True if the run ends after its rounds, even with few operations. */
  readonly isCounted?: boolean;
  /** The lowest number of rounds. The run has more until it has enough operations. A short run has `shortRounds`, or a fifth. */
  readonly rounds: number;
  readonly shortRounds?: number;
  /** The reason why another cache does not run the scenario. @default all caches run it */
  readonly othersCannot?: Partial<Record<ContenderName, string>>;
  /** Starts the servers of the scenario. @default the servers of the store */
  startServers?(): Promise<Servers>;
  /** Returns the reason why this machine cannot run the scenario. */
  missing?(): string | undefined;
  /** Runs before the load. @returns a function that runs after the load */
  prepare?(stage: Stage): Promise<(() => Promise<void>) | undefined>;
  round?(stage: Stage): Promise<void>;
}

export const REDIS = ['redis', 'redis-near'] as const;
export const SERVERS = [...REDIS, 'redis-cluster', 'memcached'] as const;

/** The reasons in scenarios about which other caches promise nothing. */
export const NOTHING_CLAIMED = {
  bentocache: 'not tried: nothing is claimed',
  'bentocache-l2': 'not tried: nothing is claimed',
  'type-cacheable': 'not tried: nothing is claimed',
  'cache-manager': 'not tried: nothing is claimed',
  'cache-manager-wrap': 'not tried: nothing is claimed',
} as const;
