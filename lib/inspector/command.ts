import type { IncomingMessage } from 'node:http';
import type { Cache } from '../cache/cache.js';

const MAX_BYTES = 10_000;

/** The command of an authorised user. */
type Command = { readonly prefix: string } | { readonly tag: string } | { readonly clear: true };

/** The order in the body of a request; `undefined` where it is none. */
export async function readCommand(request: IncomingMessage): Promise<Command | undefined> {
  // A body parser of the app may have read it already.
  const parsed = (request as { body?: unknown }).body ?? (await parsedBody(request));
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  if ('prefix' in parsed && typeof parsed.prefix === 'string') return { prefix: parsed.prefix };
  if ('tag' in parsed && typeof parsed.tag === 'string') return { tag: parsed.tag };
  return 'clear' in parsed && parsed.clear === true ? { clear: true } : undefined;
}

/** @throws CacheUsageError when the prefix or the tag cannot be one */
export async function execute(order: Command, cache: Cache): Promise<void> {
  if ('prefix' in order) await cache.invalidate(order.prefix);
  else if ('tag' in order) await cache.invalidateTags(order.tag);
  else await cache.clear();
}

async function parsedBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MAX_BYTES) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
