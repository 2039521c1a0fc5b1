import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** To be done one after the other. */
export interface HitsOrder {
  readonly bytes: number;
  readonly count: number;
}

export interface HitsDone {
  /** What each of them took. */
  readonly micros: readonly number[];
  /** Processor time for one, on all threads. */
  readonly cpuMicros: number;
  readonly areHits: boolean;
}

/** A process of its own with its cache in Redis. */
export class HitsProcess {
  private readonly child: ChildProcess;

  constructor(url: string, nearCache: boolean) {
    this.child = fork(join(__dirname, 'hits-process.ts'), [url, String(nearCache)], {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
  }

  /** Fills the cache, and lets the compiler of Node see what is to come. */
  async warmUp(order: HitsOrder): Promise<void> {
    await this.carryOut(order);
  }

  /** @throws when what is measured as a hit is none */
  async measure(order: HitsOrder): Promise<HitsDone> {
    const done = await this.carryOut(order);
    if (!done.areHits) throw new Error(`not all of the hits of ${order.bytes} bytes were hits`);
    return done;
  }

  stop(): void {
    this.child.disconnect();
  }

  private async carryOut(order: HitsOrder): Promise<HitsDone> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const done = once(this.child, 'message', { signal }).then(([message]) => message as HitsDone);
    const end = once(this.child, 'exit', { signal }).then(([code]): never => {
      throw new Error(`a measured process ended with ${String(code)}`);
    });
    this.child.send(order);
    return Promise.race([done, end]).finally(() => {
      waiting.abort();
    });
  }
}
