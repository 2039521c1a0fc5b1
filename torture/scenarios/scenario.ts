import type { RealServer } from '../../spec/support/servers/real-server.js';
import type { TcpProxy } from '../../spec/support/servers/tcp-proxy.js';
import type { StoreKind } from '../messages.js';
import type { Random } from '../random.js';
import type { Mix } from '../world.js';

/** What a scenario may do while the load goes on. */
export interface Stage {
  readonly random: Random;
  readonly servers: readonly RealServer[];
  /** One for each process, where the scenario asked for them. */
  readonly networks: readonly TcpProxy[];
  readonly processes: number;
  readonly pause: (ms: number) => Promise<void>;
  /** Breaks the store for as long as `body` takes: told to the checker. */
  readonly breaking: (body: () => Promise<void>) => Promise<void>;
  readonly killAtNextCommit: (place: number) => Promise<void>;
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
  /** Rounds, at least; there are more where the operations take longer. */
  readonly rounds: number;
  /** Before the load. @returns what is done after it */
  prepare?(stage: Stage): Promise<(() => Promise<void>) | undefined>;
  round?(stage: Stage): Promise<void>;
}

export const REDIS = ['redis', 'redis-near'] as const;
