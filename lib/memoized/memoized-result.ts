import { warnAboutMany, type Computation } from '../runtime/computation.js';
import { DERIVED } from '../options/cached-options.js';
import { withoutKnown } from '../runtime/computed-tags.js';
import { underivedReason } from '../runtime/table-tags.js';
import type { Address, Entry } from '../stores/store.js';
import { losslessJson, type JsonResult } from '../values/lossless-json.js';
import { entryOfValue, valueOf } from '../values/value-service.js';
import type { MemoizedCall } from './call.js';
import type { MemoizedMethod } from './memoized-method.js';

/**
 * Creates the entry of a result.
 *
 * @param computation the computation of the result, which has collected its dependencies
 * @returns undefined if JSON cannot carry the result, which is reported once for each method, or if an invalidation could not reach it
 */
export function createEntry(call: MemoizedCall, address: Address, computation: Computation, result: unknown): Entry | undefined {
  const { label, options } = call.method;
  const { config, clock, faults } = call.runtime;
  const json = options.revive === undefined ? toLosslessJson(result) : toRevivableJson(result);
  if (json.kind === 'lossy') {
    const message = `${label}: a result cannot be stored, so each such call runs the method: ${json.loss} Or write revive: json => the result of the method.`;
    faults.warnAboutUse(`${label} result`, message, 'CACHE_RESULT_NOT_KEPT');
    return undefined;
  }
  const tags = tagsOf(call, address, computation);
  if (tags === undefined) return undefined;
  const entry = entryOfValue(json.text, clock.now(), options.timeout ?? config.defaultTimeout, tags);
  const { length } = entry.response.body;
  if (length <= config.maxEntryBytes) return entry;
  const message = `${label}: a result is not stored: it has ${length} bytes, and maxEntryBytes is ${config.maxEntryBytes}`;
  faults.warnAboutUse(`${label} size`, message, 'CACHE_VALUE_TOO_LARGE');
  return undefined;
}

/** Returns a new copy of the result for each caller. @throws the error of `revive` */
export function resultOf({ options: { revive } }: MemoizedMethod, entry: Entry): unknown {
  const value = valueOf(entry);
  return revive === undefined || value === undefined || value === null ? value : revive(value);
}

/** True if the `responseFilter` of the method accepts the result. If the filter throws, the result is not stored. */
export function passesFilter({ runtime, method, self, args }: MemoizedCall, result: unknown): boolean {
  const { label, options } = method;
  try {
    return options.responseFilter?.call(self, result, ...args) ?? true;
  } catch (error) {
    runtime.faults.report('CACHE_OPTION_FAILED', `${label}: responseFilter threw, so the result is not stored`, error);
    return false;
  }
}

/** Returns the tags that a result has in addition to those of its address. @returns undefined if an invalidation of one of them could not reach the result */
function tagsOf({ runtime, method }: MemoizedCall, address: Address, computation: Computation): readonly string[] | undefined {
  const dependencies = runtime.computations.dependenciesOf(computation);
  if (dependencies.kind === 'unknown') return undefined;
  warnAboutMany(runtime.faults, method.label, dependencies);
  const underived =
    method.options.tags === DERIVED ? underivedReason(dependencies.tags, runtime.computations.isFollowing) : undefined;
  if (underived !== undefined) {
    const message = `${method.label}: a result is not stored: ${underived}`;
    runtime.faults.warnAboutUse(`${method.label} reads`, message, 'CACHE_RESULT_NOT_KEPT');
    return undefined;
  }
  const tags = withoutKnown(dependencies.tags, address.tags);
  method.tagForecast.record(tags.length > 0);
  // A lease that expects no tags cannot detect that one of them was invalidated during the run.
  return tags.length > 0 && address.hasComputedTags !== true ? undefined : tags;
}

/** Writes `undefined` as the empty text, which is no valid JSON. */
function toLosslessJson(result: unknown): JsonResult {
  return result === undefined ? { kind: 'json', text: '' } : losslessJson(result);
}

/** Accepts the losses of JSON, because `revive` builds the result from that JSON. */
function toRevivableJson(result: unknown): JsonResult {
  try {
    return { kind: 'json', text: result === undefined ? '' : JSON.stringify(result) };
  } catch (error) {
    const [why] = (error as Error).message.split('\n');
    return { kind: 'lossy', loss: `JSON.stringify cannot write it: ${why}.` };
  }
}
