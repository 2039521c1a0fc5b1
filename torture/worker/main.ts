import 'reflect-metadata';
import type { Read } from '../history.js';
import type { Assignment, EndedChange, FromWorker, ToWorker } from '../messages.js';
import { Random } from '../random.js';
import { Clients } from './clients.js';
import { Origin } from './origin.js';
import { systemFor } from './system-for.js';

/** One process that uses the store: the runner starts several, and may kill any of them. */
const LOG_EVERY_MS = 50;

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

class Worker {
  private reads: Read[] = [];
  private changes: EndedChange[] = [];
  private faults: Record<string, number> = {};

  async work(assignment: Assignment): Promise<void> {
    const origin = new Origin(send, new Random(assignment.seed * 7919), assignment.handlerMs);
    const system = await systemFor(assignment, origin, code => {
      this.faults[code] = (this.faults[code] ?? 0) + 1;
    });
    const clients = new Clients(system, assignment, {
      read: read => this.reads.push(read),
      change: change => this.changes.push(change),
    });
    const timer = setInterval(() => {
      this.tell();
    }, LOG_EVERY_MS);

    process.on('message', (message: ToWorker) => {
      if (message.kind === 'answer') origin.receive(message.id, message.versions);
      if (message.kind !== 'stop') return;
      void clients.stop().then(async () => {
        clearInterval(timer);
        this.tell();
        await system.close();
        process.disconnect();
      });
    });
  }

  private tell(): void {
    const { reads, changes, faults } = this;
    [this.reads, this.changes, this.faults] = [[], [], {}];
    send({ kind: 'log', reads, changes, faults });
  }
}

process.once('message', (message: ToWorker) => {
  if (message.kind === 'begin') void new Worker().work(message.assignment);
});
// Whatever becomes of the runner, no worker stays.
process.on('disconnect', () => process.exit());
send({ kind: 'ready' });
