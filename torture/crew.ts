import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Database } from './database.js';
import type { Change, Read } from './history.js';
import type { Assignment, FromWorker, Question, ToWorker } from './messages.js';
import { monotonicMs } from './monotonic.js';

type Commit = Extract<Question, { kind: 'commit' }> & { readonly version: number };

/** Milliseconds from the start of a change to its commit, in which others have read what it changes. */
const SLOW_MS = 25;

interface Member {
  readonly child: ChildProcess;
  readonly worker: number;
  /** Changes that have been made and whose end it has not told of. */
  readonly open: Map<number, Commit>;
  diesAtNextCommit: boolean;
}

/** Says that a process that uses the store has ended by itself: the fault of what it runs. */
export class LostProcess extends Error {}

/** The processes that use the store, the database they all ask, and what they have seen. */
export class Crew {
  readonly reads: Read[] = [];
  readonly changes: Change[] = [];
  readonly faults: Record<string, number> = {};
  killed = 0;
  private readonly database = new Database();
  private readonly members: Member[] = [];
  private isOver = false;
  private lost: number | undefined;

  /** @param assignmentOf a process, by how many have been started before it */
  constructor(private readonly assignmentOf: (place: number, index: number) => Assignment) {}

  /** @throws LostProcess when a process has ended that nobody has killed */
  checkIsWhole(): void {
    if (this.lost !== undefined) throw new LostProcess(`Process ${this.lost} has ended by itself.`);
  }

  get operations(): number {
    return this.reads.length + this.changes.length;
  }

  async start(processes: number): Promise<void> {
    await Promise.all(Array.from({ length: processes }, (_, place) => this.hire(place)));
  }

  /** Kills a process as soon as it has made its next change that takes its time, before it knows of it; and has another take its place. */
  async killAtNextCommit(place: number): Promise<void> {
    const member = this.members[place];
    if (member === undefined) return;
    const left = once(member.child, 'exit');
    member.diesAtNextCommit = true;
    await left;
    if (this.isOver) return;
    this.killed++;
    await this.hire(place);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(
      this.members.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const left = once(child, 'exit');
        tell(child, { kind: 'stop' });
        await left;
      }),
    );
  }

  private async hire(place: number): Promise<void> {
    const worker = this.members.length + this.killed;
    const assignment = this.assignmentOf(place, worker);
    const child = fork(join(__dirname, 'worker', 'main.ts'), {
      execArgv: process.execArgv,
      // Express prints what handlers throw, but for tests.
      env: { ...process.env, NODE_ENV: 'test' },
      // Some of the others print every fault.
      stdio: ['ignore', 'inherit', assignment.contender === 'ours' ? 'inherit' : 'ignore', 'ipc'],
    });
    const member: Member = { child, worker, open: new Map(), diesAtNextCommit: false };
    this.members[place] = member;
    const ready = new Promise<void>((resolve, reject) => {
      child.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') resolve();
        else this.hear(member, message);
      });
      child.on('exit', () => {
        reject(new Error('A worker has ended before it began.'));
        this.bury(member);
      });
    });
    await ready;
    tell(child, { kind: 'begin', assignment });
  }

  private hear(member: Member, message: Exclude<FromWorker, { kind: 'ready' }>): void {
    if (message.kind === 'log') return this.note(member, message);
    if (message.kind === 'look') {
      tell(member.child, { kind: 'answer', id: message.id, versions: this.database.look(message.keys) });
      return;
    }
    // Killed, but still heard: what it asks for has not happened.
    if (member.child.killed) return;
    const version = this.database.commit(message.key);
    member.open.set(message.step, { ...message, version });
    const isSlow = monotonicMs() - message.startMs > SLOW_MS;
    if (member.diesAtNextCommit && isSlow) member.child.kill('SIGKILL');
    else tell(member.child, { kind: 'answer', id: message.id, versions: { [message.key]: version } });
  }

  private note(member: Member, { reads, changes, faults }: Extract<FromWorker, { kind: 'log' }>): void {
    for (const read of reads) this.reads.push(read);
    for (const change of changes) {
      member.open.delete(change.step);
      this.changes.push(change);
    }
    for (const [code, count] of Object.entries(faults)) this.faults[code] = (this.faults[code] ?? 0) + count;
  }

  private bury({ worker, open, child }: Member): void {
    if (!this.isOver && !child.killed) this.lost = worker;
    const endMs = monotonicMs();
    for (const { key, version, startMs, isAnnounced } of open.values()) {
      this.changes.push({
        ...{ kind: 'change', worker, key, version, startMs, endMs, outcome: 'died' },
        ...{ isUndelivered: false, isAnnounced },
      });
    }
  }
}

function tell(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => undefined);
}
