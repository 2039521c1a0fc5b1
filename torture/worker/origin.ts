import { setTimeout as pause } from 'node:timers/promises';
import type { Versions } from '../operation-log.js';
import type { FromWorker } from '../messages.js';
import type { Random } from '../random.js';
import { keysInResource, shownOf, type WriteKind } from '../workload.js';
import type { Operation } from './operation.js';

/** The time of a slow change, as a multiple of the time of other changes. */
const SLOW = 12;

/** The work of the handlers. They query the database in another process, and wait before and after the query. */
export class Origin {
  private readonly waiting = new Map<number, (versions: Versions) => void>();
  private count = 0;

  constructor(
    private readonly send: (message: FromWorker) => void,
    private readonly random: Random,
    private readonly handlerMs: number,
    /** The share of computations that fail. */
    private readonly failing: number,
  ) {}

  receive(id: number, versions: Versions): void {
    this.waiting.get(id)?.(versions);
    this.waiting.delete(id);
  }

  async show(path: string): Promise<Versions> {
    await this.takeTime(1);
    const versions = await this.ask(id => ({ kind: 'look', id, path, keys: keysInResource(path) }));
    if (this.failing > 0 && this.random.next() < this.failing) throw new Error('The handler fails.');
    await this.takeTime(1);
    return shownOf(path, versions);
  }

  /** Commits a change. Never returns if the runner kills this process at the commit. */
  async change(key: string, writeKind: WriteKind, operation: Operation): Promise<void> {
    const factor = writeKind === 'slow' ? SLOW : 1;
    await this.takeTime(factor);
    if (writeKind === 'rejected') return;
    const { step, startMs, isAnnounced } = operation;
    const versions = await this.ask(id => ({ kind: 'commit', id, step, key, startMs, isAnnounced }));
    operation.version = versions[key] ?? 0;
    await this.takeTime(factor);
  }

  private ask(question: (id: number) => FromWorker): Promise<Versions> {
    const id = ++this.count;
    return new Promise(resolve => {
      this.waiting.set(id, resolve);
      this.send(question(id));
    });
  }

  private async takeTime(factor: number): Promise<void> {
    // At most half of the time, so that both waits together take at most `handlerMs`.
    const ms = this.random.between(0, (factor * this.handlerMs) / 2);
    if (ms >= 0.5) await pause(ms);
  }
}
