import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry, Lease } from '../stores/store.js';
import { inTime } from '../time/deadline.js';
import { pauses } from '../time/pauses.js';
import { responseDifference, type ResponseDifference } from '../verification/response-difference.js';
import { staleStory, unstableStory } from '../verification/story.js';
import { MAX_WRITE_DURATION } from '../writes/max-write-duration.js';
import { clientCallOf, exchangeOf } from './background-call.js';
import type { KeyDecision } from './cache-decision.js';
import type { CachedRequest } from './cached-request.js';
import { respondWithEntry } from './respond.js';
import type { RunResult } from './verification-run.js';
import { verifiedEvent, type Verdict } from './verified-event.js';
import { VerifiedHit } from './verified-hit.js';

/** Milliseconds between two runs, so that a time of day in seconds differs between them. */
const LONGER_THAN_A_SECOND_MS = 1100;
/**
 * Milliseconds between two runs with a store of several processes. For so long another process may run a change whose targets need the
 * result of its method, so that the store does not have them yet.
 */
const LONGER_THAN_A_CHANGE_MS = MAX_WRITE_DURATION * 1000;

type Answered = Extract<RunResult, { kind: 'answered' }>;

/**
 * Answers a request with an entry, and verifies the entry behind the answer. The method runs with the converted and validated arguments
 * of this request, and writes to a response without a client.
 */
export function respondAndVerify(request: CachedRequest, decision: KeyDecision, entry: Entry): PromiseLike<never> {
  const { runtime, action, call } = request;
  const { verification } = runtime;
  const { repeatable } = call;
  const options = verification?.optionsOf(action.options.verify);
  if (verification === undefined || repeatable === undefined || options === undefined) return respondWithEntry(request, entry);
  // Before the answer changes request and response.
  const exchange = verification.turns.admits(options.budget) ? exchangeOf(request, 'its hits cannot be verified') : undefined;
  const client = clientCallOf(call);
  const answered = respondWithEntry(request, entry);
  if (exchange === undefined) verification.countAs('skipped');
  else {
    const hit = new VerifiedHit(request, decision, entry, { verification, options, repeatable, exchange, client });
    verification.turns.track(verify(hit));
  }
  return answered;
}

/** Verifies a hit behind its answer, and reports the verdict. Never rejects. */
async function verify(hit: VerifiedHit): Promise<void> {
  const { verification } = hit.parts;
  const { runtime, action } = hit.request;
  const hitAtMs = runtime.clock.now();
  try {
    // The client's answer goes out first.
    await nextTurn();
    const verdict = await verdictOn(hit);
    if (verdict === undefined) verification.countAs('discarded');
    else report(hit, hitAtMs, verdict);
  } catch (error) {
    verification.countAs('discarded');
    runtime.faults.report('CACHE_VERIFY_FAILED', `${action.name}: a hit could not be verified`, error);
  }
}

function report(hit: VerifiedHit, hitAtMs: number, verdict: Verdict): void {
  const { faults } = hit.request.runtime;
  const event = verifiedEvent(hit, hitAtMs, verdict);
  hit.parts.verification.conclude(event);
  const occasion = `${event.action} ${event.outcome}`;
  if (event.outcome === 'stale') faults.warnAboutUse(occasion, staleStory(event), 'CACHE_HIT_STALE');
  if (event.outcome === 'unstable') faults.warnAboutUse(occasion, unstableStory(event), 'CACHE_HIT_UNSTABLE');
}

/** @returns undefined if there is no verdict: the entry was changed meanwhile, or the method failed */
async function verdictOn(hit: VerifiedHit): Promise<Verdict | undefined> {
  const begun = await hit.begin();
  if (begun === undefined) return undefined;
  try {
    return await judge(hit, begun.lease);
  } finally {
    hit.release(begun.lease);
  }
}

/** Runs the method, and once more if the response differs from the entry. */
async function judge(hit: VerifiedHit, lease: Lease): Promise<Verdict | undefined> {
  const { changes } = hit.parts.verification;
  const { moment } = changes;
  const first = await answerOf(hit, lease);
  if (first === undefined) return undefined;
  const difference = responseDifference(hit.entry.response, first.response);
  if (!(await hit.isUntouchedSince(lease))) return undefined;
  if (difference === undefined) return { outcome: 'same' };
  const endSuspicion = hit.parts.verification.suspect(hit.coverable.address.key, hit.entry);
  if (endSuspicion === undefined) return undefined;
  // A change that begins later cannot have caused the difference.
  const suspects = changes.suspectsOf(hit.coverable);
  const verdict = await judgeAgain(hit, lease, first, difference);
  if (verdict?.outcome === 'stale') return { ...verdict, changes: suspects };
  endSuspicion();
  // The data, and not the method, may be the reason of two different responses.
  return changes.isQuietSince(moment) ? verdict : undefined;
}

async function judgeAgain(
  hit: VerifiedHit,
  lease: Lease,
  first: Answered,
  difference: ResponseDifference,
): Promise<Verdict | undefined> {
  const { request, parts } = hit;
  const isShared = request.runtime.store.beginWrite !== undefined;
  await pauses.pause(isShared ? LONGER_THAN_A_CHANGE_MS : LONGER_THAN_A_SECOND_MS);
  const second = await answerOf(hit, lease);
  if (second === undefined) return undefined;
  const instability = responseDifference(first.response, second.response);
  // A running change has changed the data, perhaps, and has not invalidated the entry yet.
  const ended = await inTime(parts.verification.changes.allEnded(), LONGER_THAN_A_CHANGE_MS, 'late', false);
  if (ended === 'late' || !(await hit.isUntouchedSince(lease))) return undefined;
  if (instability !== undefined) return { outcome: 'unstable', difference: instability };
  if (parts.options.onStale === 'replace') await hit.replace(second.entry, lease);
  return { outcome: 'stale', difference };
}

/** Runs the method once. @returns undefined if its response is no measure of the entry */
async function answerOf(hit: VerifiedHit, lease: Lease): Promise<Answered | undefined> {
  const { runtime, action } = hit.request;
  const result = await hit.compute(lease);
  if (result.kind === 'answered') return result;
  runtime.faults.warnAboutUse(
    `${action.name} verify`,
    `${action.name}: a hit could not be verified, because a new response is no measure: ${result.reason}. If the method must not run without its client, write verify: false.`,
    'CACHE_VERIFY_FAILED',
  );
  return undefined;
}
