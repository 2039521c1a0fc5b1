import { setTimeout as pause } from 'node:timers/promises';
import type { ChangeOutcome, Read } from '../operation-log.js';
import type { Assignment, EndedChange } from '../messages.js';
import { monotonicMs } from '../monotonic.js';
import { Random } from '../random.js';
import { nextStep, type WriteKind, type Step } from '../workload.js';
import type { Operation } from './operation.js';
import type { Ended, System } from './system.js';

/** Milliseconds that a client waits after a refused operation. */
const REFUSED_PAUSE_MS = 5;

/** The log of the operations of the clients. */
export interface Log {
  read(read: Read): void;
  change(change: EndedChange): void;
}

/** Many clients that read and change until `stop`. Each client runs one operation after the other. */
export class Clients {
  private steps = 0;
  private isOver = false;
  private readonly running: readonly Promise<void>[];

  constructor(
    private readonly system: System,
    private readonly assignment: Assignment,
    private readonly log: Log,
  ) {
    const { clients, seed } = assignment;
    this.running = Array.from({ length: clients }, (_, index) => this.run(new Random(seed * 1009 + index)));
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.running);
  }

  /** Runs steps concurrently. */
  async together(steps: readonly Step[]): Promise<void> {
    await Promise.all(steps.map(step => this.take(step)));
  }

  private async run(random: Random): Promise<void> {
    while (!this.isOver) await this.take(nextStep(random, this.assignment.mix));
  }

  private take(step: Step): Promise<void> {
    return step.kind === 'read' ? this.read(step.path) : this.change(step.key, step.writeKind);
  }

  private async read(path: string): Promise<void> {
    const operation = this.begin();
    const shown = await this.system.read(path, operation);
    const { worker } = this.assignment;
    this.log.read({ kind: 'read', worker, path, startMs: operation.startMs, endMs: monotonicMs(), ...shown });
    if (shown.outcome === 'failed') await pause(REFUSED_PAUSE_MS);
  }

  private async change(key: string, writeKind: WriteKind): Promise<void> {
    const operation = this.begin();
    const ended = await this.system.change(key, writeKind, operation);
    const { step, startMs, version, isUndelivered, isAnnounced } = operation;
    const outcome = outcomeOf(ended, version);
    const { worker } = this.assignment;
    this.log.change({
      ...{ kind: 'change', worker, step, key, version, startMs, endMs: monotonicMs(), outcome },
      ...{ isUndelivered, isAnnounced },
    });
    if (outcome === 'refused') await pause(REFUSED_PAUSE_MS);
  }

  private begin(): Operation {
    return { step: ++this.steps, startMs: monotonicMs(), version: 0, isAnnounced: false, isUndelivered: false };
  }
}

function outcomeOf(ended: Ended, version: number): ChangeOutcome {
  if (ended === 'seen') return version === 0 ? 'nothing' : 'acknowledged';
  return version === 0 ? 'refused' : 'unacknowledged';
}
