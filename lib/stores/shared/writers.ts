import { Batches } from './batches.js';
import type { Driver } from './driver.js';
import { newToken, parseGeneration } from './generation.js';
import type { KeySpace } from './key-space.js';

/** Milliseconds after the last heartbeat at which other processes take a writer for dead. */
export const WRITE_MS = 30_000;

/** Milliseconds after which a group without writers ends. Until then another process can tell its writers from dead ones. */
const ENDED_MS = 1000;

const ALIVE = Buffer.from('alive');

/**
 * The writers in a shared store. Writers of one process that begin together form a group. The key of a group expires `WRITE_MS` after the
 * last heartbeat of the group. The clock of the server decides, so the clocks of the processes may differ.
 */
export class Writers {
  /** The group of new writers. */
  private group = newToken();
  private count = 0;
  /** The number of running writers of each group. */
  private readonly running = new Map<string, number>();
  private readonly refreshes: Batches<string, void>;

  /** @param timeoutMs milliseconds that one operation of the store may take */
  constructor(
    private readonly driver: Driver,
    private readonly keys: KeySpace,
    timeoutMs: number,
  ) {
    this.refreshes = new Batches(groups => this.refreshAll(new Set(groups)), timeoutMs);
  }

  /** Returns the id of a new writer. */
  newWriter(): string {
    this.running.set(this.group, (this.running.get(this.group) ?? 0) + 1);
    return `${this.group}.${++this.count}`;
  }

  /** Notes that a writer has ended. @returns true if it was the last one of its group */
  end(writerId: string): boolean {
    const group = groupOf(writerId);
    const others = (this.running.get(group) ?? 1) - 1;
    if (others > 0) this.running.set(group, others);
    else this.running.delete(group);
    return others === 0;
  }

  /** Shortens the lifetime of the group of an ended writer. No other writer of the group may run. */
  expireSoon(writerId: string): Promise<void> {
    return this.expire(writerId, ENDED_MS);
  }

  /** Refreshes the key of a writer's group. A generation must not contain the writer before the store has the key. */
  refresh(writerId: string): Promise<void> {
    return this.refreshes.add(groupOf(writerId));
  }

  /** Returns the id of a writer that dies by itself. No other writer is in its group. */
  newLoneWriter(): string {
    return `${newToken()}.0`;
  }

  /** Sets the time until a lone writer dies. */
  async expire(writerId: string, lifetimeMs: number): Promise<void> {
    await this.driver.set(this.keys.writers(groupOf(writerId)), ALIVE, lifetimeMs);
  }

  /** Returns the dead writers of generations. Costs one round trip if a generation is dirty, otherwise none. */
  async deadAmong(generations: readonly (Buffer | undefined)[]): Promise<ReadonlySet<string>> {
    const ids = generations.flatMap(value => (value === undefined ? [] : writersOf(value)));
    if (ids.length === 0) return new Set();
    const groups = [...new Set(ids.map(groupOf))];
    const found = await this.driver.getMany(groups.map(group => this.keys.writers(group)));
    const dead = new Set(groups.filter((_, index) => found[index]?.value === undefined));
    return new Set(ids.filter(id => dead.has(groupOf(id))));
  }

  private async refreshAll(groups: ReadonlySet<string>): Promise<void> {
    this.group = newToken();
    await Promise.all(Array.from(groups, group => this.driver.set(this.keys.writers(group), ALIVE, WRITE_MS)));
  }
}

function groupOf(writerId: string): string {
  return writerId.split('.', 1)[0] ?? '';
}

function writersOf(value: Buffer): readonly string[] {
  const generation = parseGeneration(value);
  return generation.kind === 'dirty' ? generation.writers : [];
}
