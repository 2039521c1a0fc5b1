import type { CachedAction } from '../controllers/cached-action.js';
import type { StoredResponse } from '../http/stored-response.js';
import type { CacheRuntime } from './engine.js';

/** Whether the action's `responseFilter` lets a response be kept. One that throws keeps nothing. */
export function passesFilter(runtime: CacheRuntime, { name, options }: CachedAction, response: StoredResponse): boolean {
  const { responseFilter } = options;
  if (responseFilter === undefined) return true;
  const headers = Object.fromEntries(
    response.headers.flatMap(header => {
      if (header.kind === 'remove') return [];
      return [[header.name.toLowerCase(), header.kind === 'set' ? header.value : header.values]];
    }),
  ) as Record<string, string | readonly string[]>;
  try {
    // A copy, so that a filter that changes it changes nothing that is kept.
    return responseFilter({ status: response.status, headers, body: Buffer.from(response.body) });
  } catch (error) {
    runtime.faults.report('CACHE_OPTION_FAILED', `${name}: responseFilter threw, so the response is not stored`, error);
    return false;
  }
}
