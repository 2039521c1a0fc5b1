import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Assignment, FromWorker, Question, ToWorker } from './messages.js';
import type { Step } from './workload.js';

export type Commit = Extract<Question, { kind: 'commit' }> & { readonly version: number };
type Said = Exclude<FromWorker, { kind: 'ready' | 'done' }>;

/** What happens at a commit: it is made, its process is killed after it, or stopped for a while before or after it. */
export type CommitFate =
  { readonly kind: 'made' | 'killed' } | { readonly kind: 'stopped'; readonly isMadeBefore: boolean; readonly ms: number };

/** One process that uses the store. */
export class Member {
  /** Changes that have been made and whose end it has not told of. */
  readonly open = new Map<number, Commit>();
  /** What happens at its next commit that takes its time. */
  fate: CommitFate = { kind: 'made' };
  /** It has been told to end. */
  isLeaving = false;
  readonly left: Promise<unknown>;
  private readonly child: ChildProcess;
  private readonly doing = new Map<number, () => void>();
  private count = 0;

  private constructor(
    readonly worker: number,
    contender: string,
    options: ForkOptions,
  ) {
    this.child = fork(join(__dirname, 'worker', 'main.ts'), {
      execArgv: process.execArgv,
      ...options,
      // Express prints what handlers throw, but for tests.
      env: { ...process.env, NODE_ENV: 'test', ...options.env },
      // Some of the others print every fault.
      stdio: ['ignore', 'inherit', contender === 'ours' ? 'inherit' : 'ignore', 'ipc'],
    });
    this.left = once(this.child, 'exit');
  }

  static async spawn(
    assignment: Assignment,
    options: ForkOptions,
    onMessage: (member: Member, message: Said) => void,
    onExit: (member: Member) => void,
  ): Promise<Member> {
    const member = new Member(assignment.worker, assignment.contender, options);
    const ready = new Promise<void>((resolve, reject) => {
      member.child.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') resolve();
        else if (message.kind === 'done') member.doing.get(message.id)?.();
        else onMessage(member, message);
      });
      member.child.on('exit', () => {
        reject(new Error('A worker has ended before it began.'));
        for (const done of member.doing.values()) done();
        onExit(member);
      });
    });
    await ready;
    member.tell({ kind: 'begin', assignment });
    return member;
  }

  get isKilled(): boolean {
    return this.child.killed;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Lets it run no further until `goOn`. */
  halt(): void {
    // Not `child.kill`, after which it would count as killed.
    process.kill(this.child.pid!, 'SIGSTOP');
  }

  goOn(): void {
    process.kill(this.child.pid!, 'SIGCONT');
  }

  /** @returns when all have ended, or the process has */
  together(steps: readonly Step[]): Promise<void> {
    const id = ++this.count;
    const done = new Promise<void>(resolve => this.doing.set(id, resolve));
    this.tell({ kind: 'together', id, steps });
    return done;
  }

  /** Has it end by itself. */
  async leave(message: Extract<ToWorker, { kind: 'stop' | 'retire' }>): Promise<void> {
    this.isLeaving = true;
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) return;
    this.tell(message);
    await this.left;
  }

  tell(message: ToWorker): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }
}
