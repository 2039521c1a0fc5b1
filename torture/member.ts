import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Assignment, FromWorker, Question, ToWorker } from './messages.js';
import type { Step } from './workload.js';

export type Commit = Extract<Question, { kind: 'commit' }> & { readonly version: number };
type PoolMessage = Exclude<FromWorker, { kind: 'ready' | 'done' }>;

/** The fate of a process at a commit: nothing, killed after the commit, or stopped for some time before or after the commit. */
export type CommitFate =
  { readonly kind: 'made' | 'killed' } | { readonly kind: 'stopped'; readonly isMadeBefore: boolean; readonly ms: number };

/** A process that uses the store. */
export class Member {
  /** Committed changes whose end the process has not reported. */
  readonly open = new Map<number, Commit>();
  /** The fate of the process at its next slow commit. */
  fate: CommitFate = { kind: 'made' };
  /** True if the process has the order to end. */
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
      // Express prints the errors of handlers, except in tests.
      env: { ...process.env, NODE_ENV: 'test', ...options.env },
      // Some of the other caches print every fault.
      stdio: ['ignore', 'inherit', contender === 'ours' ? 'inherit' : 'ignore', 'ipc'],
    });
    this.left = once(this.child, 'exit');
  }

  static async spawn(
    assignment: Assignment,
    options: ForkOptions,
    onMessage: (member: Member, message: PoolMessage) => void,
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
        reject(new Error('A worker ended before it was ready.'));
        for (const done of member.doing.values()) done();
        onExit(member);
      });
    });
    await ready;
    member.send({ kind: 'begin', assignment });
    return member;
  }

  get isKilled(): boolean {
    return this.child.killed;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Suspends the process until `resume`. */
  suspend(): void {
    // After `child.kill` the process would count as killed.
    process.kill(this.child.pid!, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.child.pid!, 'SIGCONT');
  }

  /** Runs steps concurrently. @returns when all steps have ended, or the process has */
  together(steps: readonly Step[]): Promise<void> {
    const id = ++this.count;
    const done = new Promise<void>(resolve => this.doing.set(id, resolve));
    this.send({ kind: 'together', id, steps });
    return done;
  }

  /** Sends the order to end, and waits for the end of the process. */
  async leave(message: Extract<ToWorker, { kind: 'stop' | 'retire' }>): Promise<void> {
    this.isLeaving = true;
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) return;
    this.send(message);
    await this.left;
  }

  send(message: ToWorker): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }
}
