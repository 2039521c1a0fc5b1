import { Batches } from './batches.js';
import type { Driver } from './driver.js';
import { newToken, parseGeneration } from './generation.js';
import type { KeySpace } from './key-space.js';

/** Milliseconds for which a change is taken to be under way when nothing is heard of it. */
export const WRITE_MS = 30_000;

const ALIVE = Buffer.from('alive');

/**
 * The changes under way. Changes of one process that begin together are a group, with a key in the store that ends when nothing is heard of
 * the group for `CHANGE_MS`: by the clock of the store, so the clocks of the processes need not agree.
 */
export class Writers {
  /** Of the changes that begin from now on. */
  private group = newToken();
  private count = 0;
  private readonly refreshes: Batches<string, void>;

  /** @param timeoutMs milliseconds that one operation of the store may take */
  constructor(
    private readonly driver: Driver,
    private readonly keys: KeySpace,
    timeoutMs: number,
  ) {
    this.refreshes = new Batches(groups => this.refreshAll(new Set(groups)), timeoutMs);
  }

  /** An id for a change that begins now. */
  newWriter(): string {
    return `${this.group}.${++this.count}`;
  }

  /** Says that a change is under way. Must be in the store before a generation names the change as an owner. */
  refresh(ownerId: string): Promise<void> {
    return this.refreshes.add(groupOf(ownerId));
  }

  /** Those owners of the generations that have died. One round trip where something is being changed, none otherwise. */
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

function groupOf(ownerId: string): string {
  return ownerId.split('.', 1)[0] ?? '';
}

function writersOf(value: Buffer): readonly string[] {
  const generation = parseGeneration(value);
  return generation.kind === 'dirty' ? generation.writers : [];
}
