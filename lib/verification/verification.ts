import { LRUCache } from 'lru-cache';
import { channels, publish, type VerifiedEvent } from '../events/channels.js';
import { keyDigest } from '../keys/key-digest.js';
import type { CachedOptions } from '../options/cached-options.js';
import { resolveVerify, type ResolvedVerifyOptions, type VerifyOptions } from '../options/verify-options.js';
import type { Entry } from '../stores/store.js';
import type { Clock } from '../time/clock.js';
import { RecentChanges } from './recent-changes.js';
import { staleStory } from './story.js';
import { Turns } from './turns.js';

/** After so many unstable verifications of one action without another outcome, its hits are no longer verified. */
const MAX_UNSTABLE = 3;
/** The maximum number of entries that the state remembers as suspicious. */
const MAX_SUSPICIOUS = 1000;
/** The maximum number of stories. */
const MAX_STORIES = 100;

/** The verifications of hits since the configuration. */
export interface VerificationReport {
  /** Hits whose method gave the same response again. */
  readonly same: number;
  /** Hits whose method gave two responses. */
  readonly unstable: number;
  /** Hits that were stale. */
  readonly stale: number;
  /** Verifications without an outcome: the data was changed meanwhile, or the method failed. */
  readonly discarded: number;
  /** Hits in the sample that were not verified: the budget was used up, too many hits waited, or the method needs its client. */
  readonly skipped: number;
  /** One description for each stale hit, with the suspects; the first 100. */
  readonly stories: readonly string[];
}

/** The state of the verifications of one configuration. */
export class Verification {
  readonly changes: RecentChanges;
  readonly turns = new Turns();
  private readonly counts = { same: 0, unstable: 0, stale: 0, discarded: 0, skipped: 0 };
  private readonly stories: string[] = [];
  /** The number of unstable verifications since another outcome, by action. */
  private readonly unstable = new Map<string, number>();
  /** The entries that are or were found stale, by the digest of the key and the time of the storage. */
  private readonly suspicious = new LRUCache<string, true>({ max: MAX_SUSPICIOUS });

  constructor(
    private readonly options: VerifyOptions,
    clock: Clock,
  ) {
    this.changes = new RecentChanges(clock);
  }

  /** Returns the options of an action. @returns undefined if its hits are not verified */
  optionsOf(own: CachedOptions['verify']): ResolvedVerifyOptions | undefined {
    return resolveVerify(this.options, own);
  }

  /** Decides by chance whether a request is verified if it is a hit. */
  samples(action: string, own: CachedOptions['verify']): boolean {
    const options = this.optionsOf(own);
    return options !== undefined && Math.random() < options.sample && (this.unstable.get(action) ?? 0) < MAX_UNSTABLE;
  }

  /** Begins a suspicion. @returns undefined if the entry is under suspicion already, else a function that ends the suspicion */
  suspect(key: string, { storedAtMs }: Entry): (() => void) | undefined {
    const name = `${keyDigest(key)} ${storedAtMs}`;
    if (this.suspicious.has(name)) return undefined;
    this.suspicious.set(name, true);
    return () => this.suspicious.delete(name);
  }

  /** Counts and publishes an outcome. */
  conclude(event: VerifiedEvent): void {
    const { action, outcome } = event;
    this.counts[outcome]++;
    if (outcome === 'unstable') this.unstable.set(action, (this.unstable.get(action) ?? 0) + 1);
    else this.unstable.delete(action);
    if (outcome === 'stale' && this.stories.length < MAX_STORIES) this.stories.push(staleStory(event));
    if (channels.verified.hasSubscribers) publish('verified', event);
  }

  /** Counts a verification without an outcome. */
  countAs(result: 'discarded' | 'skipped'): void {
    this.counts[result]++;
  }

  report(): VerificationReport {
    return { ...this.counts, stories: [...this.stories] };
  }
}
