import type { Clock } from '../time/clock.js';
import { canonicalise } from '../keys/canonical-path.js';
import type { Address, Targets } from '../stores/store.js';

/** The maximum number of settling targets of one kind. More are replaced by the whole cache. */
const MAX_TARGETS = 1000;

/**
 * The targets of recent changes that settle: their responses are computed and not stored, because a replica or an index may still
 * have the old data. Only for stores without `beginWrite`: a store of several processes refuses such responses itself.
 */
export class Settling {
  /** The ends by canonical prefix in lower case, in milliseconds. */
  private readonly prefixes = new Map<string, number>();
  private readonly tags = new Map<string, number>();
  /** The next end, in milliseconds. */
  private nextEndMs = Infinity;

  /** @param onEnd invalidates targets that have settled, because responses computed meanwhile may have read the old data */
  constructor(
    private readonly clock: Clock,
    private readonly onEnd: (targets: Targets) => void,
  ) {}

  add({ prefixes, tags = [] }: Targets, settleMs: number): void {
    const untilMs = this.clock.now() + settleMs;
    for (const prefix of prefixes) this.extend(this.prefixes, canonicalise(prefix).toLowerCase(), untilMs);
    for (const tag of tags) this.extend(this.tags, tag, untilMs);
  }

  /** Returns true if a target covers the address. @param tags the computed tags of the entry */
  covers({ path: { path }, tags: fixed = [] }: Address, tags: readonly string[] = []): boolean {
    if (this.nextEndMs === Infinity) return false;
    return (
      prefixesOf(path.toLowerCase()).some(prefix => this.prefixes.has(prefix)) ||
      [...fixed, ...tags].some(tag => this.tags.has(tag))
    );
  }

  /** Removes the targets that have settled. Call it before a look-up and before a save. */
  removeSettled(): void {
    const nowMs = this.clock.now();
    if (nowMs < this.nextEndMs) return;
    const settled = { prefixes: endedIn(this.prefixes, nowMs), tags: endedIn(this.tags, nowMs) };
    for (const prefix of settled.prefixes) this.prefixes.delete(prefix);
    for (const tag of settled.tags) this.tags.delete(tag);
    this.nextEndMs = Math.min(...this.prefixes.values(), ...this.tags.values());
    this.onEnd(settled);
  }

  private extend(ends: Map<string, number>, name: string, untilMs: number): void {
    ends.set(name, Math.max(untilMs, ends.get(name) ?? 0));
    this.nextEndMs = Math.min(this.nextEndMs, untilMs);
    if (ends.size <= MAX_TARGETS) return;
    const lastMs = Math.max(...ends.values());
    ends.clear();
    this.prefixes.set('', Math.max(lastMs, this.prefixes.get('') ?? 0));
  }
}

function endedIn(ends: ReadonlyMap<string, number>, nowMs: number): string[] {
  return [...ends].flatMap(([name, untilMs]) => (untilMs <= nowMs ? [name] : []));
}

/** Returns the prefixes of a canonical path, in whole segments, the root first. */
function prefixesOf(path: string): string[] {
  const prefixes = [''];
  for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) prefixes.push(path.slice(0, end));
  return path === '' ? prefixes : [...prefixes, path];
}
