import { readUseOf } from '../actions/cached-action.js';
import type { RepeatableResult } from '../actions/repeatable-result.js';
import { backgroundExchange } from '../http/background-exchange.js';
import type { ResolvedVerifyOptions } from '../options/verify-options.js';
import type { Entry, Lease, LookupMiss } from '../stores/store.js';
import type { CoverableEntry } from '../verification/recent-changes.js';
import { responseDifference } from '../verification/response-difference.js';
import type { Verification } from '../verification/verification.js';
import { redirectToBackground, type BackgroundExchange, type ClientCall } from './background-call.js';
import type { KeyDecision } from './cache-decision.js';
import type { CachedRequest, MissedRequest } from './cached-request.js';
import { reportStored } from './report-miss.js';
import { VerificationRun, type RunResult } from './verification-run.js';

/** The parts of the verification of a hit. */
export interface VerificationParts {
  readonly verification: Verification;
  readonly options: ResolvedVerifyOptions;
  readonly repeatable: RepeatableResult;
  /** The request and the response from which each run gets its clones. */
  readonly exchange: BackgroundExchange;
  readonly client: ClientCall;
}

/** A hit that has been answered, and is verified. */
export class VerifiedHit {
  constructor(
    readonly request: CachedRequest,
    private readonly decision: KeyDecision,
    readonly entry: Entry,
    readonly parts: VerificationParts,
  ) {}

  get coverable(): CoverableEntry {
    const { tags = [], storedAtMs } = this.entry;
    return { address: this.decision.address, tags, storedAtMs };
  }

  /** Begins the verification. @returns undefined if the entry is not valid any more, or is being changed */
  async begin(): Promise<LookupMiss | undefined> {
    const found = await this.lookUp(true);
    if (found.kind !== 'miss') return undefined;
    if (!this.isBeingChanged(found) && (await this.isCurrent())) return found;
    this.release(found.lease);
    return undefined;
  }

  /** Returns true if the entry is valid, and no change that covers it came since the lease was taken, or runs. */
  async isUntouchedSince(lease: Lease): Promise<boolean> {
    const later = await this.lookUp(true);
    if (later.kind !== 'miss') return false;
    const { address } = this.decision;
    // A lease that expects computed tags detects any tag. The look-up of the entry detects its own.
    const isSame = address.hasComputedTags === true || this.request.runtime.store.canShare(lease, later.lease);
    this.release(later.lease);
    return isSame && !this.isBeingChanged(later) && (await this.isCurrent());
  }

  /** Runs the method in its turn, behind the answer. */
  async compute(lease: Lease): Promise<RunResult> {
    const { verification, options } = this.parts;
    return verification.turns.run(options.budget, () => this.run(lease));
  }

  /** Stores the response of a run in place of the stale entry, or removes the entry if the response may not be stored. */
  async replace(entry: Entry | undefined, lease: Lease): Promise<void> {
    const { runtime } = this.request;
    const missed = this.missed(lease);
    if (entry !== undefined) reportStored(missed, entry, await runtime.save(missed.address, entry, lease));
    else
      await runtime.survive('a stale entry could not be deleted', false, () => runtime.store.delete?.(missed.address) ?? false);
  }

  release(lease: Lease): void {
    this.request.runtime.release(lease, 'unused');
  }

  private async run(lease: Lease): Promise<RunResult> {
    const { exchange, client, repeatable } = this.parts;
    const clone = backgroundExchange(exchange.request, exchange.response);
    if (clone === undefined) return { kind: 'unusable', reason: 'its method needs its client' };
    redirectToBackground(this.request.call, client, clone);
    const missed = this.missed(lease);
    const run = new VerificationRun(missed);
    this.request.runtime.computations.run(missed.computation, () => repeatable.handle(() => run.run())).catch(run.onFault);
    return run.ended;
  }

  private missed(lease: Lease): MissedRequest {
    const { computations } = this.request.runtime;
    const { address, isPerUser } = this.decision;
    return {
      ...this.request,
      trace: this.request.trace?.forRefresh(),
      address,
      isPerUser,
      lease,
      isBeingChanged: false,
      computation: computations.isStarted
        ? computations.beginVerification(readUseOf(this.request.action))
        : computations.beginUntracked(),
    };
  }

  private async isCurrent(): Promise<boolean> {
    const found = await this.lookUp(false);
    if (found.kind === 'miss') this.release(found.lease);
    if (found.kind !== 'hit') return false;
    const { storedAtMs, response } = found.entry;
    return storedAtMs === this.entry.storedAtMs && responseDifference(response, this.entry.response) === undefined;
  }

  private lookUp(isForced: boolean): ReturnType<CachedRequest['runtime']['lookUp']> {
    return this.request.runtime.lookUp(this.decision.address, isForced);
  }

  private isBeingChanged(found: LookupMiss): boolean {
    return this.request.runtime.isBeingChanged(this.decision.address, found);
  }
}
