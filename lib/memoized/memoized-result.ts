import { computedTags } from '../runtime/computed-tags.js';
import type { Entry } from '../stores/store.js';
import { losslessJson, type JsonResult } from '../values/lossless-json.js';
import { entryOfValue, valueOf } from '../values/value-service.js';
import type { MemoizedCall } from './call.js';
import type { MemoizedMethod } from './memoized-method.js';

/** @returns what is kept of a result; `undefined` where it is not to be, or cannot be, which is reported once for each method */
export function createEntry(call: MemoizedCall, result: unknown): Entry | undefined {
  if (!passesFilter(call, result)) return undefined;
  const { label, options } = call.method;
  const { config, clock, faults } = call.runtime;
  const written = options.revive === undefined ? toLosslessJson(result) : toRevivableJson(result);
  if (written.kind === 'unfaithful') {
    const message = `${label}: a result cannot be kept, so that each such call runs: ${written.loss} Or write revive: json => what the method returns.`;
    faults.warnAboutUse(`${label} result`, message, 'CACHE_RESULT_NOT_KEPT');
    return undefined;
  }
  const tags = resultTags(call, result);
  if (tags === undefined) return undefined;
  const entry = entryOfValue(written.text, clock.now(), options.timeout ?? config.defaultTimeout, tags);
  const { length } = entry.response.body;
  if (length <= config.maxEntryBytes) return entry;
  const message = `${label}: a result is not kept: it has ${length} bytes, and maxEntryBytes is ${config.maxEntryBytes}`;
  faults.warnAboutUse(`${label} size`, message, 'CACHE_VALUE_TOO_LARGE');
  return undefined;
}

/** A result of one's own for each caller. @throws whatever `revive` throws */
export function resultOf({ options: { revive } }: MemoizedMethod, entry: Entry): unknown {
  const value = valueOf(entry);
  return revive === undefined || value === undefined || value === null ? value : revive(value);
}

/** Whether the method's `responseFilter` lets a result be kept. One that throws keeps nothing. */
function passesFilter({ runtime, method, self, args }: MemoizedCall, result: unknown): boolean {
  const { label, options } = method;
  try {
    return options.responseFilter?.call(self, result, ...args) ?? true;
  } catch (error) {
    runtime.faults.report('CACHE_OPTION_FAILED', `${label}: responseFilter threw, so the result is not kept`, error);
    return false;
  }
}

/** The tags that a result has brought. @returns `undefined` where they failed, so that nothing could invalidate it */
function resultTags({ runtime, method, self, args }: MemoizedCall, result: unknown): readonly string[] | undefined {
  const { tags } = method.options;
  if (typeof tags !== 'function') return [];
  const failure = `${method.label}: tags failed, so the result is not stored`;
  return computedTags(runtime.faults, failure, () => tags.call(self, result, ...args));
}

/** No text of JSON is empty: that is `undefined`. */
function toLosslessJson(result: unknown): JsonResult {
  return result === undefined ? { kind: 'json', text: '' } : losslessJson(result);
}

/** What JSON makes of it is what the author makes it of again. */
function toRevivableJson(result: unknown): JsonResult {
  try {
    return { kind: 'json', text: result === undefined ? '' : JSON.stringify(result) };
  } catch (error) {
    const [why] = (error as Error).message.split('\n');
    return { kind: 'unfaithful', loss: `JSON.stringify cannot write it: ${why}.` };
  }
}
