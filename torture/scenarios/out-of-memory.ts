import type { RedisServer } from '../../test-servers/redis-server.js';
import { NOTHING_CLAIMED, REDIS, type Scenario } from './scenario.js';

/** The value of one filler. A few thousand of them evict all other keys. */
const FILLER = 'x'.repeat(2000);
const MAX_MEMORY = '4mb';
const FILLERS = 800;

const FILL = `for i = 1, ARGV[1] do redis.call('SET', 'filler:' .. ARGV[2] .. ':' .. i, ARGV[3]) end`;

/** The server has little memory, and other keys fill it. So it evicts any key: generations and write intents as well as entries. */
export function outOfMemory(policy: 'allkeys-lru' | 'allkeys-random'): Scenario {
  return {
    title: `the server evicts keys (${policy})`,
    stores: REDIS,
    isInShort: false,
    othersCannot: NOTHING_CLAIMED,
    rounds: 40,
    async prepare({ servers }) {
      const server = servers[0] as RedisServer;
      await server.command('CONFIG', 'SET', 'maxmemory', MAX_MEMORY);
      await server.command('CONFIG', 'SET', 'maxmemory-policy', policy);
      return undefined;
    },
    async round({ random, servers, pause }) {
      const server = servers[0] as RedisServer;
      await server.command('EVAL', FILL, '0', String(FILLERS), String(random.below(1e9)), FILLER);
      await pause(random.between(50, 250));
    },
  };
}
