import type { DeclaredResponse } from '../actions/declared-response.js';
import { parseCacheControl } from '../http/cache-control.js';
import { cacheStatus, sfCacheName } from '../http/cache-status.js';
import { cacheControlOf, type DownstreamPolicy } from '../http/downstream-policy.js';
import type { CacheConfig } from '../options/cache-config.js';
import { downstreamPolicy } from '../serving/respond.js';
import { lifetimeOf } from '../time/clock.js';
import type { OpenApiObject } from './document.js';

/** Headers of a response as Header Objects of OpenAPI 3, by name. */
export type HeaderObjects = Readonly<Record<string, OpenApiObject | undefined>>;

const TEXT = { type: 'string' };

/** The headers by which the author of an action sets the lifetime of its responses. Then a hit has an `Age`. */
const LIFETIME = ['cache-control', 'expires', 'age'];

/** Describes the headers that the library may send with the stored responses of an action. */
export function cachingHeaders(declared: DeclaredResponse, config: CacheConfig): HeaderObjects {
  const policy = downstreamPolicy({ config }, declared);
  const { varyHeaders } = policy;
  const mayHaveAge = declared.maySetHeaders || LIFETIME.some(name => declared.headers.has(name));
  return {
    ETag: {
      description: 'The validator of the response. Send it as If-None-Match, and get 304 while the response is the same.',
      schema: TEXT,
    },
    'Cache-Control': cacheControlHeader(declared, policy),
    Age: mayHaveAge
      ? {
          description: 'Seconds since the response was generated. A stored response has it if the action sets the lifetime.',
          schema: { type: 'integer', minimum: 0 },
        }
      : undefined,
    'Cache-Status': cacheStatusHeader(declared, config),
    Vary:
      varyHeaders.length === 0
        ? undefined
        : { description: 'The request headers that select the response.', schema: TEXT, example: varyHeaders.join(', ') },
  };
}

function cacheControlHeader(declared: DeclaredResponse, policy: DownstreamPolicy): OpenApiObject | undefined {
  const own = declared.headers.get('cache-control');
  if (own !== undefined) return { description: 'The action sets it.', schema: TEXT, example: own };
  const byAction = declared.maySetHeaders ? ' The action may set another value.' : '';
  const forOne = policy.isPrivate ? 'The response is for one caller, and no shared cache may store it. ' : '';
  // An `Expires` of the action takes the place of the lifetime.
  if (declared.headers.has('expires'))
    return policy.isPrivate ? { description: `${forOne.trim()}${byAction}`, schema: TEXT, example: 'private' } : undefined;
  const reuse =
    policy.clientTimeout === 0
      ? 'A client must revalidate the response before each use.'
      : `A client may use the response for ${policy.clientTimeout} seconds.`;
  return { description: `${forOne}${reuse}${byAction}`, schema: TEXT, example: cacheControlOf(policy) };
}

/** @returns undefined if responses have no such header */
function cacheStatusHeader({ options, headers }: DeclaredResponse, config: CacheConfig): OpenApiObject | undefined {
  if (config.cacheStatus === false) return undefined;
  const { lifetime } = parseCacheControl(headers.get('cache-control'));
  const seconds = lifetime ?? lifetimeOf(options.timeout ?? config.defaultTimeout);
  const ttlSeconds = Number.isFinite(seconds) ? seconds : undefined;
  return {
    description: 'The work of the cache (RFC 9211): a stored response, or a miss with its reason.',
    schema: TEXT,
    example: cacheStatus(sfCacheName(config.cacheStatus), { kind: 'hit', ttlSeconds }),
  };
}
