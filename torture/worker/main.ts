import './shifted-clock.js';
import 'reflect-metadata';
import type { Read } from '../operation-log.js';
import type { Assignment, EndedChange, FromWorker, ToWorker } from '../messages.js';
import { monotonicMs } from '../monotonic.js';
import { Random } from '../random.js';
import { onCacheEvent } from '../../lib/index.js';
import type { Step } from '../workload.js';
import { Clients } from './clients.js';
import { Origin } from './origin.js';
import type { System } from './system.js';
import { systemFor } from './system-for.js';

/** A process that uses the store. The runner starts several, and may kill each. */
const LOG_EVERY_MS = 50;

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

/** Blocks the event loop, as a long computation does. */
function stall(ms: number): void {
  const endMs = monotonicMs() + ms;
  while (monotonicMs() < endMs);
}

class Worker {
  private reads: Read[] = [];
  private changes: EndedChange[] = [];
  private faults: Record<string, number> = {};
  private verified: Record<string, number> = {};
  private readonly origin: Origin;
  private readonly opened: Promise<{ readonly system: System; readonly clients: Clients }>;
  private readonly timer = setInterval(() => {
    this.sendLog();
  }, LOG_EVERY_MS);

  constructor(assignment: Assignment) {
    const { seed, handlerMs, failing } = assignment;
    this.origin = new Origin(send, new Random(seed * 7919), handlerMs, failing);
    this.opened = this.open(assignment);
    onCacheEvent('verified', event => {
      this.verified[event.outcome] = (this.verified[event.outcome] ?? 0) + 1;
      if (event.outcome !== 'same') console.error(`process ${assignment.worker}:`, JSON.stringify(event));
    });
  }

  async receive(message: ToWorker): Promise<void> {
    if (message.kind === 'answer') {
      this.origin.receive(message.id, message.versions);
      return;
    }
    if (message.kind === 'stall') {
      stall(message.ms);
      return;
    }
    const { clients } = await this.opened;
    if (message.kind === 'together') {
      await clients.together(message.steps);
      this.sendLog();
      send({ kind: 'done', id: message.id });
    }
    if (message.kind === 'stop') await this.end();
    if (message.kind === 'retire') await this.retire(message.ms, message.steps);
  }

  private async open(assignment: Assignment) {
    const system = await systemFor(assignment, this.origin, code => {
      this.faults[code] = (this.faults[code] ?? 0) + 1;
    });
    const clients = new Clients(system, assignment, {
      read: read => this.reads.push(read),
      change: change => this.changes.push(change),
    });
    return { system, clients };
  }

  /** Blocks the event loop, then runs the last steps and ends. */
  private async retire(ms: number, steps: readonly Step[]): Promise<void> {
    const { clients } = await this.opened;
    stall(ms);
    await clients.together(steps);
    await this.end();
  }

  private async end(): Promise<void> {
    const { system, clients } = await this.opened;
    await clients.stop();
    clearInterval(this.timer);
    this.sendLog();
    await system.close();
    process.disconnect();
  }

  private sendLog(): void {
    const { reads, changes, faults, verified } = this;
    [this.reads, this.changes, this.faults, this.verified] = [[], [], {}, {}];
    send({ kind: 'log', reads, changes, faults, verified });
  }
}

let worker: Worker | undefined;
process.on('message', (message: ToWorker) => {
  if (message.kind === 'begin') worker = new Worker(message.assignment);
  else void worker?.receive(message);
});
// If the runner ends in any way, its workers end too.
process.on('disconnect', () => process.exit());
send({ kind: 'ready' });
