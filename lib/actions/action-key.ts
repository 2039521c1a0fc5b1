import type { CacheConfig } from '../options/cache-config.js';
import { variedBy } from '../options/vary-by.js';
import { joinKey, encodeValue, type InstanceRule } from '../keys/key-encoding.js';
import type { Address } from '../stores/store.js';
import { requestOf, responseOf, type ActionCall, type Request } from './action-call.js';
import type { CachedAction } from './cached-action.js';
import type { Input } from './action-inputs.js';

/** The address of a request's response, or the reason why it has none. */
export type KeyResult =
  | {
      readonly kind: 'key';
      readonly address: Address;
      /** True if the key identifies the caller, so that the response is for one caller only. */
      readonly isPerUser: boolean;
    }
  | {
      readonly kind: 'no-key';
      readonly detail: string;
      /** The advice for the author; `undefined` if nothing is wrong. */
      readonly remedy: string | undefined;
    };

/** An encoded part of a key, or the reason why it has none. */
type Part = string | { readonly detail: string; readonly remedy: string | undefined };

/** Derives the key of a request from the parts that the method can read. */
export function deriveKey(action: CachedAction, call: ActionCall, config: CacheConfig): KeyResult {
  const path = action.path.of(call);
  if (path === undefined)
    return { kind: 'no-key', detail: 'a date in the path is not written as in ISO 8601', remedy: undefined };
  const { makeCacheKey, varyBy } = action.options;
  const parts: Part[] = [JSON.stringify(config.version), action.identity];
  if (makeCacheKey === undefined) {
    parts.push(path.path);
    for (const input of action.inputs) parts.push(inputPart(input, action, call, config));
    if (action.options.queryString === true) parts.push(plainPart(requestOf(call).query, 'the query string', 'instances'));
    if (action.rendersLocals)
      parts.push(plainPart(responseOf(call).locals, 'res.locals, which the template sees', 'literals-only'));
  } else {
    parts.push(customPart(makeCacheKey(call.action, call.args), 'makeCacheKey'));
  }
  if (action.redirects) parts.push(redirectPart(requestOf(call)));
  if (varyBy !== undefined) parts.push(customPart(variedBy(varyBy, call.action), 'varyBy'));
  if (config.varyBy !== undefined) parts.push(customPart(variedBy(config.varyBy, call.action), 'the configured varyBy'));

  for (const part of parts) if (typeof part !== 'string') return { kind: 'no-key', ...part };
  const isPerUser =
    makeCacheKey === undefined && action.inputs.some(input => input.kind === 'caller' && Boolean(argumentOf(input, call)));
  const { tags, tagForecast } = action;
  const address = { key: joinKey(parts as string[]), path, tags, ...tagForecast.forAddress };
  return { kind: 'key', address, isPerUser };
}

function inputPart(input: Input, { options }: CachedAction, call: ActionCall, config: CacheConfig): Part {
  switch (input.kind) {
    case 'value':
      return valuePart(input, call, options.varyBy !== undefined);
    case 'caller':
      return callerPart(argumentOf(input, call), config);
    case 'request':
      return requestPart(requestOf(call));
  }
}

function valuePart(input: Extract<Input, { kind: 'value' }>, call: ActionCall, varies: boolean): Part {
  const text = encodeValue(argumentOf(input, call), input.instances);
  if (text !== undefined) return text;
  if (input.variable !== true) return notPlain(input.label, 'makeCacheKey: (action, args)');
  return varies ? 'varyBy' : notPlain(input.label, 'varyBy: action');
}

function plainPart(value: unknown, label: string, instances: InstanceRule): Part {
  const text = encodeValue(value, instances);
  return text ?? notPlain(label, 'makeCacheKey: (action, args)');
}

function notPlain(label: string, option: string): Part {
  return {
    detail: `the value of ${label} is not plain`,
    remedy: `the value of ${label} is no plain value, so that it cannot be in the key. Write ${option} => a string that identifies it.`,
  };
}

function callerPart(user: unknown, config: CacheConfig): Part {
  // No user is signed in. The method can distinguish `null` from `undefined`.
  if (user === undefined || user === null || user === false || user === '') return `nobody ${encodeValue(user, 'literals-only')}`;
  const id: unknown = config.identify(user);
  // All users without an id would share an empty text.
  if ((typeof id === 'string' && id !== '') || typeof id === 'bigint' || (typeof id === 'number' && !Number.isNaN(id))) {
    return `user ${encodeValue(id, 'literals-only')}`;
  }
  return {
    detail: 'the user cannot be identified',
    remedy:
      'the user of @CurrentUser() has no id that is a string or a number. Write cache.configure({ identify: user => the id of the user }).',
  };
}

function requestPart({ headers, protocol, hostname, originalUrl }: Request): Part {
  return JSON.stringify([protocol, headers.host, hostname, originalUrl]);
}

/** The type that Express selects for the body of a redirect; `false` if the body is empty. */
function redirectPart(request: Request): Part {
  return JSON.stringify(request.accepts(['text', 'html']));
}

function customPart(value: unknown, option: string): Part {
  if (typeof value === 'string') return JSON.stringify(value);
  return {
    detail: `${option} returned no string`,
    remedy: `${option} must return a string, and returned ${value === null ? 'null' : typeof value}. Write a function that always returns a string: '' for none.`,
  };
}

function argumentOf({ position }: { readonly position: number }, { args }: ActionCall): unknown {
  return args.at(position);
}
