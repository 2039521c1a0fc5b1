import type { RealServer } from '../../test-servers/real-server.js';
import type { TcpProxy } from '../../test-servers/tcp-proxy.js';
import type { WorkerPool } from '../worker-pool.js';
import type { Assignment, ContenderName, StoreKind } from '../messages.js';
import type { Random } from '../random.js';
import type { Servers } from '../servers.js';
import type { Mix } from '../workload.js';

/** What a scenario may do while the load goes on. */
export interface Stage {
  readonly random: Random;
  readonly servers: readonly RealServer[];
  /** One for each process, where the scenario asked for them. */
  readonly networks: readonly TcpProxy[];
  readonly processes: number;
  readonly pool: WorkerPool;
  readonly site: Servers;
  /** By how many rounds have begun, from 1. */
  readonly round: number;
  readonly pause: (ms: number) => Promise<void>;
  /** Breaks the store for as long as `body` takes: told to the checker. */
  readonly breaking: (body: () => Promise<void>) => Promise<void>;
}

/** What a healthy store owes: no refusal, nothing undelivered, and that handlers run as seldom as they must. */
export interface Demands {
  /** Runs of the handler in one burst, at most; then nothing may pass by the cache either. */
  readonly computations?: number;
  /** Hits are verified, and no verification reports one as stale or unstable. */
  readonly isVerified?: boolean;
}

/** One way in which things go wrong. */
export interface Scenario {
  readonly title: string;
  readonly stores: readonly StoreKind[];
  readonly isInShort: boolean;
  /** Each process reaches the store over a network of its own. */
  readonly hasNetworks?: boolean;
  /** What its clients do otherwise than usual. */
  readonly mix?: Partial<Mix>;
  /** What is otherwise than usual with its processes. */
  readonly assignment?: Partial<
    Pick<Assignment, 'clients' | 'handlerMs' | 'failing' | 'overHttp' | 'hasEdge' | 'hasGrace' | 'hasChain' | 'isVerified'>
  >;
  /** Milliseconds by which the clock of the process at a place is ahead. */
  readonly aheadMs?: (place: number) => number;
  /** The store is healthy all the time: nothing is excused, and the run fails when these are not met. */
  readonly demands?: Demands;
  /** Ends when its rounds are over, however few its operations. */
  readonly isCounted?: boolean;
  /** Rounds, at least; there are more where the operations take longer. Of a short run a fifth, unless `shortRounds` says how many. */
  readonly rounds: number;
  readonly shortRounds?: number;
  /** Why others are not put to it; without: they are. */
  readonly othersCannot?: Partial<Record<ContenderName, string>>;
  /** Starts servers of its own. */
  startServers?(): Promise<Servers>;
  /** Why it cannot be run on this machine. */
  missing?(): string | undefined;
  /** Before the load. @returns what is done after it */
  prepare?(stage: Stage): Promise<(() => Promise<void>) | undefined>;
  round?(stage: Stage): Promise<void>;
}

export const REDIS = ['redis', 'redis-near'] as const;
export const SERVERS = [...REDIS, 'redis-cluster', 'memcached'] as const;

/** Of scenarios in which others only claim nothing. */
export const NOTHING_CLAIMED = {
  bentocache: 'not tried: nothing is claimed',
  'bentocache-l2': 'not tried: nothing is claimed',
  'type-cacheable': 'not tried: nothing is claimed',
  'cache-manager': 'not tried: nothing is claimed',
  'cache-manager-wrap': 'not tried: nothing is claimed',
} as const;
