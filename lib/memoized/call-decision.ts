import type { Address, MaybePromise } from '../stores/store.js';
import { isThenable } from '../runtime/thenable.js';
import type { MemoizedCall } from './call.js';

/** The decision about a call: a look-up under a key, or a bypass. */
export type CallDecision = KeyedCall | Bypass;

/** The decision to run the method past the cache. */
interface Bypass {
  readonly kind: 'bypass';
  /** The arguments as a part of the key; undefined if they cannot be in a key. */
  readonly argumentsText?: string;
}

export interface KeyedCall {
  readonly kind: 'key';
  readonly address: Address;
  /** The arguments as a part of the key. */
  readonly argumentsText: string;
  readonly isForced: boolean;
}

const BYPASS: Bypass = { kind: 'bypass' };

/**
 * Decides about a call: synchronously if `unless` and `forcedUpdate` return no promise. If an option throws, the call bypasses
 * the cache.
 */
export function decideCall(call: MemoizedCall): MaybePromise<CallDecision> {
  const { method, self, args } = call;
  const { unless, forcedUpdate } = method.options;
  try {
    const isExcluded = unless?.apply(self, [...args]) ?? false;
    if (isExcluded && !isThenable(isExcluded)) return BYPASS;
    const isForced = forcedUpdate?.apply(self, [...args]) ?? false;
    if (!isThenable(isExcluded) && !isThenable(isForced)) return keyed(call, isForced);
    return Promise.all([isExcluded, isForced]).then(
      ([isExcludedNow, isForcedNow]) => (isExcludedNow ? BYPASS : keyed(call, isForcedNow)),
      (error: unknown) => optionFailed(call, error),
    );
  } catch (error) {
    return optionFailed(call, error);
  }
}

function keyed(call: MemoizedCall, isForced: boolean): CallDecision {
  const { runtime, method, self, args } = call;
  try {
    const key = method.argumentsOf(self, args);
    if (key.kind === 'key') {
      // A stored result may be as stale as the response that is verified.
      const isVerification = runtime.verification !== undefined && runtime.computations.running?.isVerification === true;
      if (isVerification) return { kind: 'bypass', argumentsText: key.text };
      const address = method.addressOf(self, key.text, runtime.config.version);
      return { kind: 'key', address, argumentsText: key.text, isForced };
    }
    runtime.faults.warnAboutUse(`${method.label} ${key.detail}`, `${method.label}: a call is not memoized: ${key.detail}`);
    return BYPASS;
  } catch (error) {
    return optionFailed(call, error);
  }
}

function optionFailed({ runtime, method }: MemoizedCall, error: unknown): Bypass {
  runtime.faults.report(
    'CACHE_OPTION_FAILED',
    `${method.label}: an option of @Memoized threw, so the call bypasses the cache`,
    error,
  );
  return BYPASS;
}
