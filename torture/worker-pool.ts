import type { ForkOptions } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { Database } from './database.js';
import type { Change, Read } from './operation-log.js';
import { Member, type Commit, type CommitFate } from './member.js';
import type { Assignment, FromWorker } from './messages.js';
import { monotonicMs } from './monotonic.js';
import type { Step } from './workload.js';

/** Milliseconds from the start of a change to its commit, in which others have read what it changes. */
const SLOW_MS = 25;

/** Says that a process that uses the store has ended by itself: the fault of what it runs. */
export class LostProcess extends Error {}

/** Many reads of one resource at once. */
export interface Burst {
  readonly requests: number;
  /** How often the handler has run for them, in all processes. */
  readonly computations: number;
}

/** The processes that use the store, the database that they share, and the log of their operations. */
export class WorkerPool {
  readonly reads: Read[] = [];
  readonly changes: Change[] = [];
  readonly bursts: Burst[] = [];
  readonly faults: Record<string, number> = {};
  /** Verified hits, by outcome. */
  readonly verified: Record<string, number> = {};
  killed = 0;
  private readonly database = new Database();
  private readonly members: Member[] = [];
  private spawned = 0;
  private isOver = false;
  private lost: number | undefined;

  /**
   * @param assignmentOf a process, by its place and by how many have been started before it
   * @param optionsOf how the process of a place is started
   */
  constructor(
    private readonly assignmentOf: (place: number, index: number) => Assignment,
    private readonly optionsOf: (place: number) => ForkOptions,
  ) {}

  /** @throws LostProcess when a process has ended that nobody has killed */
  checkIsWhole(): void {
    if (this.lost !== undefined) throw new LostProcess(`Process ${this.lost} has ended by itself.`);
  }

  get operations(): number {
    return this.reads.length + this.changes.length;
  }

  async start(processes: number): Promise<void> {
    await Promise.all(Array.from({ length: processes }, (_, place) => this.spawn(place)));
  }

  /** Takes one step many times at once, in all processes. */
  async together(step: Step, times: number): Promise<void> {
    const places = this.members.length;
    const share = (place: number) => Math.ceil((times - place) / places);
    const before = step.kind === 'read' ? this.database.computationsOf(step.path) : 0;
    await Promise.all(this.members.map((member, place) => member.together(Array.from({ length: share(place) }, () => step))));
    if (step.kind !== 'read') return;
    this.bursts.push({ requests: times, computations: this.database.computationsOf(step.path) - before });
  }

  /** Kills a process as soon as it has made its next change that takes its time, before it knows of it; and has another take its place. */
  async killAtNextCommit(place: number): Promise<void> {
    const member = this.members[place];
    if (member === undefined) return;
    member.fate = { kind: 'killed' };
    await member.left;
    if (this.isOver) return;
    this.killed++;
    await this.spawn(place);
  }

  /** Stops a process in the middle of its next change that takes its time, before its commit or after it. */
  async stopAtNextCommit(place: number, isMadeBefore: boolean, ms: number): Promise<void> {
    const member = this.members[place];
    if (member === undefined) return;
    member.fate = { kind: 'stopped', isMadeBefore, ms };
    const isDone = () => member.fate.kind === 'made';
    while (!isDone() && !this.isOver && this.lost === undefined) await pause(50);
  }

  /** Blocks the event loop of a process. */
  stall(place: number, ms: number): void {
    this.members[place]?.tell({ kind: 'stall', ms });
  }

  /** Has a process end that is busy first and has changes to make then; and another take its place. */
  async retire(place: number, ms: number, steps: readonly Step[]): Promise<void> {
    await this.members[place]?.leave({ kind: 'retire', ms, steps });
    await this.spawn(place);
  }

  /** Has other processes take the places of all. */
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
      member.tell({ kind: 'answer', id: message.id, versions: this.database.look(message.path, message.keys) });
      return;
    }
    // Killed, but still heard: what it asks for has not happened.
    if (member.isKilled) return;
    const isSlow = monotonicMs() - message.startMs > SLOW_MS;
    void this.commit(member, { ...message, version: 0 }, isSlow ? member.fate : { kind: 'made' });
  }

  private async commit(member: Member, asked: Commit, fate: CommitFate): Promise<void> {
    if (fate.kind === 'stopped') member.halt();
    if (fate.kind === 'stopped' && !fate.isMadeBefore) await pause(fate.ms);
    const version = this.database.commit(asked.key);
    member.open.set(asked.step, { ...asked, version });
    if (fate.kind === 'stopped') {
      if (fate.isMadeBefore) await pause(fate.ms);
      member.goOn();
      member.fate = { kind: 'made' };
    }
    if (fate.kind === 'killed') member.kill();
    else member.tell({ kind: 'answer', id: asked.id, versions: { [asked.key]: version } });
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
