import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a process with a filled cache can be told to do. */
export type Order =
  | { readonly kind: 'hits'; readonly count: number }
  | { readonly kind: 'groups'; readonly first: number; readonly count: number }
  | { readonly kind: 'hall'; readonly hall: number; readonly covered: number };

/** What it says when it is done. */
export type Answer =
  | { readonly kind: 'filled' }
  | { readonly kind: 'hits'; readonly micros: number }
  | { readonly kind: 'groups'; readonly timesMs: readonly number[] }
  | { readonly kind: 'hall'; readonly tookMs: number; readonly pauseMs: number };

type AnswerTo<Kind extends Order['kind']> = Extract<Answer, { kind: Kind }>;

/** A process of its own with so many entries in its cache. */
export class Filled {
  private constructor(
    readonly entries: number,
    private readonly child: ChildProcess,
  ) {}

  static async start(entries: number): Promise<Filled> {
    const child = fork(join(__dirname, 'filled-process.ts'), [String(entries)], {
      execArgv: ['--import', 'tsx', '--max-old-space-size=12288'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    const filled = new Filled(entries, child);
    await filled.answer();
    return filled;
  }

  async carryOut<Kind extends Order['kind']>(order: Extract<Order, { kind: Kind }>): Promise<AnswerTo<Kind>> {
    const answer = this.answer();
    this.child.send(order);
    return (await answer) as AnswerTo<Kind>;
  }

  stop(): void {
    this.child.disconnect();
  }

  private async answer(): Promise<Answer> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const answer = once(this.child, 'message', { signal }).then(([message]) => message as Answer);
    const end = once(this.child, 'exit', { signal }).then(([code]): never => {
      throw new Error(`the process with ${this.entries} entries ended with ${String(code)}`);
    });
    return Promise.race([answer, end]).finally(() => {
      waiting.abort();
    });
  }
}
