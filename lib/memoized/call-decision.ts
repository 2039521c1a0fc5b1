import type { Address, MaybePromise } from '../stores/store.js';
import { isThenable } from '../runtime/thenable.js';
import type { MemoizedCall } from './call.js';

/** How a call goes on: to the cache, or past it. */
export type CallDecision = KeyedCall | typeof BYPASS;

export interface KeyedCall {
  readonly kind: 'key';
  readonly address: Address;
  readonly isForced: boolean;
}

const BYPASS = { kind: 'bypass' } as const;

/** At once, where `unless` and `forcedUpdate` answer at once. An option that fails lets the call pass by. */
export function decideCall(call: MemoizedCall): MaybePromise<CallDecision> {
  const { method, self, args } = call;
  const { unless, forcedUpdate } = method.options;
  try {
    const passes = unless?.apply(self, [...args]) ?? false;
    if (passes && !isThenable(passes)) return BYPASS;
    const isForced = forcedUpdate?.apply(self, [...args]) ?? false;
    if (!isThenable(passes) && !isThenable(isForced)) return keyed(call, isForced);
    return Promise.all([passes, isForced]).then(
      ([isPast, isForcedThen]) => (isPast ? BYPASS : keyed(call, isForcedThen)),
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
    if (key.kind === 'key') return { kind: 'key', address: method.addressOf(self, key.text, runtime.config.version), isForced };
    runtime.faults.warnAboutUse(`${method.label} ${key.detail}`, `${method.label}: a call is not memoized: ${key.detail}`);
    return BYPASS;
  } catch (error) {
    return optionFailed(call, error);
  }
}

function optionFailed({ runtime, method }: MemoizedCall, error: unknown): typeof BYPASS {
  runtime.faults.report('CACHE_OPTION_FAILED', `${method.label}: an option of @Memoized threw, so the call passes by`, error);
  return BYPASS;
}
