import type { ForkOptions } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { Database } from './database.js';
import type { Change, Read } from './operation-log.js';
import { Member, type Commit, type CommitFate } from './member.js';
import type { Assignment, FromWorker } from './messages.js';
import { monotonicMs } from './monotonic.js';
import type { Step } from './workload.js';

/** Milliseconds from the start of a change to its commit. In this time other clients read the resources that the change invalidates. */
const SLOW_MS = 25;

/** Thrown if a process ended that the runner did not kill. This is a fault of the cache under test. */
export class LostProcess extends Error {}

/** Many concurrent reads of one resource. */
export interface Burst {
  readonly requests: number;
  /** The number of handler runs for these reads, in all processes. */
  readonly computations: number;
}

/** The processes that use the store, the database that they share, and the log of their operations. */
export class WorkerPool {
  readonly reads: Read[] = [];
  readonly changes: Change[] = [];
  readonly bursts: Burst[] = [];
  readonly faults: Record<string, number> = {};
  /** The number of verified hits, by outcome. */
  readonly verified: Record<string, number> = {};
  killed = 0;
  private readonly database = new Database();
  private readonly members: Member[] = [];
  private spawned = 0;
  private isOver = false;
  private lost: number | undefined;

  /**
   * @param assignmentOf returns the task of a process, from its place and the number of processes started before it
   * @param optionsOf returns the start options of the process at a place
   */
  constructor(
    private readonly assignmentOf: (place: number, index: number) => Assignment,
    private readonly optionsOf: (place: number) => ForkOptions,
  ) {}

  /** @throws LostProcess if a process ended that the runner did not kill */
  checkIsWhole(): void {
    if (this.lost !== undefined) throw new LostProcess(`Process ${this.lost} has ended by itself.`);
  }

  get operations(): number {
    return this.reads.length + this.changes.length;
  }

  async start(processes: number): Promise<void> {
    await Promise.all(Array.from({ length: processes }, (_, place) => this.spawn(place)));
  }

  /** Runs one step many times concurrently, in all processes. */
  async together(step: Step, times: number): Promise<void> {
    const places = this.members.length;
    const share = (place: number) => Math.ceil((times - place) / places);
    const before = step.kind === 'read' ? this.database.computationsOf(step.path) : 0;
    await Promise.all(this.members.map((member, place) => member.together(Array.from({ length: share(place) }, () => step))));
    if (step.kind !== 'read') return;
    this.bursts.push({ requests: times, computations: this.database.computationsOf(step.path) - before });
  }

  /** Kills a process at the commit of its next slow change, before the process learns of the commit. Then another process replaces it. */
  async killAtNextCommit(place: number): Promise<void> {
    const member = this.members[place];
    if (member === undefined) return;
    member.fate = { kind: 'killed' };
    await member.left;
    if (this.isOver) return;
    this.killed++;
    await this.spawn(place);
  }

  /** Stops a process in its next slow change, before or after the commit. */
  async stopAtNextCommit(place: number, isMadeBefore: boolean, ms: number): Promise<void> {
    const member = this.members[place];
    if (member === undefined) return;
    member.fate = { kind: 'stopped', isMadeBefore, ms };
    const isDone = () => member.fate.kind === 'made';
    while (!isDone() && !this.isOver && this.lost === undefined) await pause(50);
  }

  /** Blocks the event loop of a process. */
  stall(place: number, ms: number): void {
    this.members[place]?.send({ kind: 'stall', ms });
  }

  /** Blocks a process, and lets it run its last steps and end. Then another process replaces it. */
  async retire(place: number, ms: number, steps: readonly Step[]): Promise<void> {
    await this.members[place]?.leave({ kind: 'retire', ms, steps });
    await this.spawn(place);
  }

  /** Replaces all processes. */
  async replaceAll(): Promise<void> {
    const places = this.members.length;
    await Promise.all(this.members.map(member => member.leave({ kind: 'stop' })));
    await this.start(places);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.members.map(member => member.leave({ kind: 'stop' })));
  }

  private async spawn(place: number): Promise<void> {
    this.members[place] = await Member.spawn(
      this.assignmentOf(place, this.spawned++),
      this.optionsOf(place),
      (member, message) => this.onMessage(member, message),
      member => this.onExit(member),
    );
  }

  private onMessage(member: Member, message: Exclude<FromWorker, { kind: 'ready' | 'done' }>): void {
    if (message.kind === 'log') return this.note(member, message);
    if (message.kind === 'look') {
      member.send({ kind: 'answer', id: message.id, versions: this.database.look(message.path, message.keys) });
      return;
    }
    // A message of a killed process may still arrive. The database does not commit its change.
    if (member.isKilled) return;
    const isSlow = monotonicMs() - message.startMs > SLOW_MS;
    void this.commit(member, { ...message, version: 0 }, isSlow ? member.fate : { kind: 'made' });
  }

  private async commit(member: Member, asked: Commit, fate: CommitFate): Promise<void> {
    if (fate.kind === 'stopped') member.suspend();
    if (fate.kind === 'stopped' && !fate.isMadeBefore) await pause(fate.ms);
    const version = this.database.commit(asked.key);
    member.open.set(asked.step, { ...asked, version });
    if (fate.kind === 'stopped') {
      if (fate.isMadeBefore) await pause(fate.ms);
      member.resume();
      member.fate = { kind: 'made' };
    }
    if (fate.kind === 'killed') member.kill();
    else member.send({ kind: 'answer', id: asked.id, versions: { [asked.key]: version } });
  }

  private note(member: Member, { reads, changes, faults, verified }: Extract<FromWorker, { kind: 'log' }>): void {
    for (const read of reads) this.reads.push(read);
    for (const change of changes) {
      member.open.delete(change.step);
      this.changes.push(change);
    }
    for (const [code, count] of Object.entries(faults)) this.faults[code] = (this.faults[code] ?? 0) + count;
    for (const [outcome, count] of Object.entries(verified)) this.verified[outcome] = (this.verified[outcome] ?? 0) + count;
  }

  private onExit({ worker, open, isKilled, isLeaving }: Member): void {
    if (!this.isOver && !isKilled && !isLeaving) this.lost = worker;
    const endMs = monotonicMs();
    for (const { key, version, startMs, isAnnounced } of open.values()) {
      this.changes.push({
        ...{ kind: 'change', worker, key, version, startMs, endMs, outcome: 'died' },
        ...{ isUndelivered: false, isAnnounced },
      });
    }
  }
}
