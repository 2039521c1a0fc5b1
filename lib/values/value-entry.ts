import { lifetimeOf } from '../lifetime.js';
import type { Entry } from '../stores/store.js';

/** What is kept of a value: its JSON, in the place of a response's body. No text of JSON is empty: that is `undefined`. */
export function entryOfValue(json: string | undefined, storedAtMs: number, timeout: number, tags?: readonly string[]): Entry {
  return {
    response: {
      status: 200,
      statusMessage: undefined,
      headers: [],
      body: Buffer.from(json ?? ''),
      isStreamed: false,
      callsNext: false,
    },
    storedAtMs,
    expiresAtMs: storedAtMs + lifetimeOf(timeout) * 1000,
    tags,
  };
}

/** A value of one's own for whoever asks: to change it changes nothing that others get. */
export function valueOf({ response }: Entry): unknown {
  return response.body.length === 0 ? undefined : JSON.parse(response.body.toString());
}
