import type { ActionCall } from '../controllers/action-call.js';
import { keyOf, type Keyed } from '../controllers/action-key.js';
import type { CachedAction } from '../controllers/cached-action.js';
import type { MaybePromise } from '../stores/store.js';
import type { Engine } from './engine.js';

/** The way to what is stored under a key. */
export type KeyedWay = Keyed & { readonly kind: 'keyed' } & { readonly isForced: boolean };

/** How a request goes on: to the cache, or past it. */
export type Way = KeyedWay | { readonly kind: 'past'; readonly detail: string };

/** Where a request to a cached action goes. At once, where no option answers with a promise. */
export function requestWay(engine: Engine, action: CachedAction, call: ActionCall): MaybePromise<Way> {
  if (!engine.config.enabled) return { kind: 'past', detail: 'the cache is not enabled' };
  const { unless, forcedUpdate } = action.options;
  if (unless !== undefined || forcedUpdate !== undefined) return askedWay(engine, action, call);
  try {
    return keyedWay(engine, action, call);
  } catch (error) {
    return pastFault(engine, action, error);
  }
}

/** The way where the action's author has a say in it. */
async function askedWay(engine: Engine, action: CachedAction, call: ActionCall): Promise<Way> {
  const { unless, forcedUpdate } = action.options;
  try {
    if (unless !== undefined && (await unless(call.action))) return { kind: 'past', detail: 'unless' };
    const way = keyedWay(engine, action, call);
    return way.kind === 'past' || forcedUpdate === undefined ? way : { ...way, isForced: await forcedUpdate(call.action) };
  } catch (error) {
    return pastFault(engine, action, error);
  }
}

function keyedWay({ config, faults }: Engine, action: CachedAction, call: ActionCall): Way {
  const keyed = keyOf(action, call, config);
  if (keyed.kind === 'keyed') return { kind: 'keyed', address: keyed.address, namesCaller: keyed.namesCaller, isForced: false };
  if (keyed.remedy !== undefined) faults.advise(`${action.name} ${keyed.detail}`, `${action.name}: ${keyed.remedy}`);
  return { kind: 'past', detail: keyed.detail };
}

/** An application without a cache would not have called the option at all. */
function pastFault({ faults }: Engine, { name }: CachedAction, error: unknown): Way {
  faults.report('CACHE_OPTION_FAILED', `${name}: an option of @Cached threw, so the request passes by`, error);
  return { kind: 'past', detail: 'an option of @Cached threw' };
}
