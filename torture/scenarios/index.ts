import type { RedisServer } from '../../test-servers/redis-server.js';
import { clocks } from './clocks.js';
import { chain } from './chain.js';
import { edge } from './edge.js';
import { failback, failover } from './failover.js';
import { grace } from './grace.js';
import { manyChangesOfPath, manyChangesOfTag } from './many-changes.js';
import { outOfMemory } from './out-of-memory.js';
import { overload, overloadStarted } from './overload.js';
import { NOTHING_CLAIMED, REDIS, SERVERS, type Scenario, type Stage } from './scenario.js';
import { split } from './split.js';
import { stalled, stalledClose } from './stalled.js';
import { stopped } from './stopped.js';
import { verified, verifiedChain } from './verified.js';

const calm: Scenario = {
  title: 'no failure',
  stores: [...SERVERS, 'keyv'],
  isInShort: true,
  rounds: 1,
};

const killedEmpty: Scenario = {
  title: 'the server is killed and returns empty',
  stores: SERVERS,
  isInShort: false,
  rounds: 6,
  async round({ random, servers, pause, breaking }) {
    await pause(random.between(400, 1500));
    const server = random.pick(servers);
    await breaking(async () => {
      await server.kill();
      await pause(random.between(0, 1200));
      await server.restart();
    });
  },
};

const killedSnapshot: Scenario = {
  title: 'the server is killed and returns with an older snapshot',
  othersCannot: NOTHING_CLAIMED,
  stores: [...REDIS, 'redis-cluster'],
  isInShort: true,
  rounds: 6,
  // Five rounds have hits between two outages, on a busy machine too.
  shortRounds: 5,
  async round({ random, servers, pause, breaking }) {
    const server = random.pick(servers) as RedisServer;
    await pause(random.between(300, 800));
    await server.command('SAVE');
    await pause(random.between(200, 1200));
    await breaking(async () => {
      await server.kill();
      await pause(random.between(0, 500));
      await server.restart();
    });
  },
};

const paused: Scenario = {
  title: 'the server stops answering for some time, and then executes the commands that arrived meanwhile',
  othersCannot: NOTHING_CLAIMED,
  stores: SERVERS,
  isInShort: false,
  rounds: 4,
  async round({ random, servers, pause, breaking }) {
    await pause(random.between(500, 2000));
    const server = random.pick(servers);
    await breaking(async () => {
      await server.pause();
      await pause(random.between(100, 3500));
      server.resume();
    });
  },
};

const cut: Scenario = {
  title: 'connections break in the middle of commands and replies',
  othersCannot: NOTHING_CLAIMED,
  stores: SERVERS.filter(store => store !== 'redis-cluster'),
  isInShort: false,
  hasNetworks: true,
  rounds: 60,
  async round({ random, networks, pause, breaking }) {
    await pause(random.between(20, 300));
    await breaking(async () => {
      random.pick(networks).cutAfterBytes(1 + random.below(600), random.pick(['toServer', 'toClient'] as const));
      await pause(50);
    });
  },
};

const hanging: Scenario = {
  title: 'the network of some processes hangs for some time, and then delivers everything at once',
  othersCannot: NOTHING_CLAIMED,
  stores: SERVERS.filter(store => store !== 'redis-cluster'),
  isInShort: false,
  hasNetworks: true,
  rounds: 5,
  async round(stage) {
    const { random, networks, pause, breaking } = stage;
    await pause(random.between(300, 1500));
    const hung = networks.filter(() => random.next() < 0.5);
    await breaking(async () => {
      for (const network of hung) network.hold();
      await pause(random.between(100, 3000));
      for (const network of hung) network.release();
    });
  },
};

const killedProcess: Scenario = {
  title: 'processes die between a change and its invalidation',
  othersCannot: NOTHING_CLAIMED,
  stores: [...SERVERS, 'keyv'],
  isInShort: true,
  // Few and slow changes leave time for reads during a change, and for hits after it.
  mix: { changes: 0.04, hot: 0.1, slow: 0.6 },
  rounds: 16,
  async round({ random, processes, pool, pause }: Stage) {
    await pause(random.between(100, 600));
    await pool.killAtNextCommit(random.below(processes));
  },
};

export const SCENARIOS = {
  calm,
  'killed-empty': killedEmpty,
  'killed-snapshot': killedSnapshot,
  failover,
  failback,
  paused,
  'out-of-memory': outOfMemory('allkeys-lru'),
  'out-of-memory-random': outOfMemory('allkeys-random'),
  cut,
  hanging,
  'killed-process': killedProcess,
  overload,
  'overload-started': overloadStarted,
  'many-changes': manyChangesOfPath,
  'many-changes-tag': manyChangesOfTag,
  stalled,
  'stalled-close': stalledClose,
  stopped,
  clocks,
  split,
  edge,
  grace,
  chain,
  verified,
  'verified-chain': verifiedChain,
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;
