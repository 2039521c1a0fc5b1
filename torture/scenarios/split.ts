import { commandOn, SHARED_ADDRESS, Sides, obstacleToSides } from '../network/sides.js';
import { PORT, SplitRedis } from '../network/split-redis.js';
import type { Servers } from '../servers.js';
import { REDIS, type Scenario, type Stage } from './scenario.js';

/** Milliseconds from the split to the promotion. By then no process reads from a primary without replicas. */
const UNLED_MS = 6000;

/** A primary and a replica on the two sides of a network. One process is on the first side, the others are on the second. */
class SplitServers implements Servers {
  readonly breakable = [];
  readonly urls = [`redis://${SHARED_ADDRESS}:${PORT}`];

  private constructor(
    private readonly sides: Sides,
    private primary: SplitRedis,
    private replica: SplitRedis,
  ) {}

  static async start(): Promise<SplitServers> {
    const sides = await Sides.make();
    const [one, other] = sides.all;
    const servers = new SplitServers(sides, await SplitRedis.on(one), await SplitRedis.on(other));
    await sides.addSharedAddress(one);
    await servers.primary.lead();
    await servers.replica.follow(servers.primary);
    return servers;
  }

  readonly optionsOf = (place: number) => {
    const [command = '', ...args] = commandOn(this.sides.all[place === 0 ? 0 : 1], process.execPath);
    return { execPath: command, execArgv: [...args, ...process.execArgv] };
  };

  async split(): Promise<void> {
    await this.sides.split();
  }

  /** Promotes the replica. Now both sides have a primary, and both primaries answer on the shared address. */
  async promote(): Promise<void> {
    await this.sides.addSharedAddress(this.replica.side);
    await this.replica.lead();
  }

  /** Ends the split, and makes the old primary a replica of the new one. */
  async heal(): Promise<void> {
    const { primary: old, replica: next } = this;
    await this.sides.heal();
    await old.follow(next);
    await this.sides.removeSharedAddress(old.side);
    [this.primary, this.replica] = [next, old];
  }

  async stop(): Promise<void> {
    await Promise.all([this.primary.stop(), this.replica.stop()]);
    await this.sides.remove();
  }
}

export const split: Scenario = {
  title:
    'the network is split, with the primary and one process, or all the others, on one side; the replica is promoted on the other',
  stores: REDIS,
  isInShort: true,
  startServers: () => SplitServers.start(),
  missing: obstacleToSides,
  rounds: 4,
  shortRounds: 1,
  async round({ random, site, pause, breaking }: Stage) {
    const servers = site as SplitServers;
    await pause(random.between(1000, 2000));
    await breaking(async () => {
      await servers.split();
      await pause(UNLED_MS);
      await servers.promote();
      await pause(random.between(1000, 3000));
      await servers.heal();
    });
    await pause(random.between(2000, 3000));
  },
};
