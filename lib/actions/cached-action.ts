import type { CachedOptions } from '../options/cached-options.js';
import { headersOfVaryBy, mayTellCallers } from '../options/vary-by.js';
import { bearsResponse, requestOf, type ActionCall } from './action-call.js';
import { ActionPath } from './action-path.js';
import { declaredReads, type DeclaredReads } from './declared-reads.js';
import { effectiveOptions, type DecoratorRegistry } from './decorator-registry.js';
import { headersOf, inputsOf, keyedHeadersOf, type Input } from './action-inputs.js';
import { serializationFingerprint } from './serialization-fingerprint.js';

const DEFAULT_STATUSES: readonly number[] = [200, 204];

/** The statuses of an action's responses that may be stored. */
export function statusesOf({ options }: CachedAction): readonly number[] {
  return options.statuses ?? DEFAULT_STATUSES;
}

/** A cached action of one controller of one server: all that its requests have in common. */
export interface CachedAction {
  /** Class and method, for messages. */
  readonly name: string;
  /** Tells it from every other action, as a part of the key. */
  readonly identity: string;
  readonly options: CachedOptions;
  readonly path: ActionPath;
  /** The tags that all its responses have. */
  readonly tags: readonly string[] | undefined;
  /** Whether responses may have tags of their own: by its options, by what its method may say while it runs, or since one had. */
  hasComputedTags: boolean;
  readonly inputs: readonly Input[];
  readonly varyHeaders: readonly string[];
  readonly keyedHeaders: ReadonlySet<string>;
  /** Whether its responses are one caller's, so that no cache behind this one may share them. */
  readonly isPerUser: boolean;
  /** Whether the method sees the whole request, itself or through the response, and nobody has said what of it counts. */
  readonly readsRequest: boolean;
  /** Whether the method can write to the response itself. */
  readonly writesResponse: boolean;
  /** Whether a redirect may be stored: Express writes its body as text, as HTML or not at all, by the request's `Accept`. */
  readonly redirects: boolean;
  /** The reads that the key covers. `undefined`: no reads are watched. */
  readonly declaredReads: DeclaredReads | undefined;
  /** Whether `res.locals` is in the key: a template sees it, by the action's decorator, or since the method rendered one. */
  rendersLocals: boolean;
}

/** Describes a cached action from what routing-controllers knows of it. */
export function cachedAction(call: ActionCall, registry: DecoratorRegistry): CachedAction {
  const { owner, metadata } = call;
  const controller = metadata.target;
  const rules = registry.decorationsOf(owner, metadata.method) ?? { cached: [], invalidates: [] };
  const options = effectiveOptions(controller, rules, registry);
  const types = new Set(metadata.params.map(({ type }) => type));
  const named = headersOfVaryBy(options.varyBy);
  const writesResponse = metadata.params.some(({ type }) => bearsResponse(type));
  return {
    name: `${controller.name}.${metadata.method}`,
    identity: JSON.stringify([
      registry.identities.of(controller),
      metadata.method,
      serializationFingerprint(metadata, requestOf(call).app),
    ]),
    options,
    path: new ActionPath(metadata),
    tags: typeof options.tags === 'function' ? undefined : options.tags,
    hasComputedTags: typeof options.tags === 'function' || writesResponse,
    inputs: inputsOf(metadata.params, options.queryString === true),
    varyHeaders: [...new Set([...headersOf(metadata.params), ...named])],
    keyedHeaders: options.makeCacheKey === undefined ? keyedHeadersOf(metadata.params, named) : new Set('*'),
    readsRequest: options.makeCacheKey === undefined && writesResponse,
    declaredReads: declaredReads(metadata, options),
    writesResponse,
    redirects: options.statuses?.some(status => status >= 300 && status < 400) ?? false,
    isPerUser: metadata.isAuthorizedUsed || USER_PARAMETERS.some(type => types.has(type)) || hasAuthorsKey(options),
    rendersLocals: Boolean(metadata.renderedTemplate),
  };
}

/** Parameters that may tell who the caller is, by what no `Vary` can name. */
const USER_PARAMETERS = ['current-user', 'session', 'session-param', 'custom-converter'] as const;

/** A key that the author makes may tell callers apart by anything. */
function hasAuthorsKey({ makeCacheKey, varyBy }: CachedOptions): boolean {
  return makeCacheKey !== undefined || mayTellCallers(varyBy);
}
