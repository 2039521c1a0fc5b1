import type { Address, MaybePromise } from '../stores/store.js';
import { isThenable, type Call } from './call.js';

/** How a call goes on: to the cache, or past it. */
export type Way = KeyedWay | typeof PAST;

export interface KeyedWay {
  readonly kind: 'keyed';
  readonly address: Address;
  readonly isForced: boolean;
}

const PAST = { kind: 'past' } as const;

/** At once, where `unless` and `forcedUpdate` answer at once. An option that fails lets the call pass by. */
export function wayOf(call: Call): MaybePromise<Way> {
  const { method, self, args } = call;
  const { unless, forcedUpdate } = method.options;
  try {
    const passes = unless?.apply(self, [...args]) ?? false;
    if (passes && !isThenable(passes)) return PAST;
    const isForced = forcedUpdate?.apply(self, [...args]) ?? false;
    if (!isThenable(passes) && !isThenable(isForced)) return keyed(call, isForced);
    return Promise.all([passes, isForced]).then(
      ([isPast, isForcedThen]) => (isPast ? PAST : keyed(call, isForcedThen)),
      (error: unknown) => optionFailed(call, error),
    );
  } catch (error) {
    return optionFailed(call, error);
  }
}

function keyed(call: Call, isForced: boolean): Way {
  const { engine, method, self, args } = call;
  try {
    const key = method.argumentsOf(self, args);
    if (key.kind === 'keyed')
      return { kind: 'keyed', address: method.addressOf(self, key.text, engine.config.version), isForced };
    engine.faults.advise(`${method.label} ${key.detail}`, `${method.label}: a call is not memoized: ${key.detail}`);
    return PAST;
  } catch (error) {
    return optionFailed(call, error);
  }
}

function optionFailed({ engine, method }: Call, error: unknown): typeof PAST {
  engine.faults.report('CACHE_OPTION_FAILED', `${method.label}: an option of @Memoized threw, so the call passes by`, error);
  return PAST;
}
