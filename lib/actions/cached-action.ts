import { DERIVED, type CachedOptions } from '../options/cached-options.js';
import { headersOfVaryBy } from '../options/vary-by.js';
import { TagForecast } from '../stores/tag-forecast.js';
import { bearsResponse, requestOf, type ActionCall } from './action-call.js';
import { ActionPath } from './action-path.js';
import { declaredReads, type DeclaredReads } from './declared-reads.js';
import { effectiveOptions, type DecoratorRegistry } from './decorator-registry.js';
import { inputsOf, keyedHeadersOf, type Input } from './action-inputs.js';
import { isForOneCaller, varyHeadersOf } from './downstream-inputs.js';
import { serializationFingerprint } from './serialization-fingerprint.js';

const DEFAULT_STATUSES: readonly number[] = [200, 204];

/** The statuses of an action's responses that may be stored. */
export function statusesOf({ options }: Pick<CachedAction, 'options'>): readonly number[] {
  return options.statuses ?? DEFAULT_STATUSES;
}

/** Returns the use of the reads of a followed database by an action. */
export function readUseOf({ options }: CachedAction): 'followed' | 'ignored' {
  return options.tags === DERIVED ? 'followed' : 'ignored';
}

/** A cached action of one controller of one server: the part that all its requests share. */
export interface CachedAction {
  /** The class and the method, for messages. */
  readonly name: string;
  /** A part of the key that distinguishes the action from every other action. */
  readonly identity: string;
  readonly options: CachedOptions;
  readonly path: ActionPath;
  /** The tags of all its responses. */
  readonly tags: readonly string[] | undefined;
  /** Whether responses have tags that are unknown before they are computed. */
  readonly tagForecast: TagForecast;
  readonly inputs: readonly Input[];
  readonly varyHeaders: readonly string[];
  readonly keyedHeaders: ReadonlySet<string>;
  /** True if a response is for one caller, so that no cache downstream may share it. */
  readonly isPerUser: boolean;
  /** True if the method has access to the whole request, directly or through the response, and the author has not named its inputs. */
  readonly readsRequest: boolean;
  /** True if the method can write to the response itself. */
  readonly writesResponse: boolean;
  /** True if a redirect may be stored. By the request's `Accept`, Express writes its body as text, as HTML or not at all. */
  readonly redirects: boolean;
  /** The reads that the key covers; `undefined` if no reads are watched. */
  readonly declaredReads: DeclaredReads | undefined;
  /** True if the key contains `res.locals`, because the action or its method renders a template. */
  rendersLocals: boolean;
}

/** Describes a cached action by the metadata of routing-controllers. */
export function cachedAction(call: ActionCall, registry: DecoratorRegistry): CachedAction {
  const { owner, metadata } = call;
  const controller = metadata.target;
  const rules = registry.decorationsOf(owner, metadata.method) ?? { cached: [], invalidates: [] };
  const options = effectiveOptions(controller, rules, registry);
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
    tags: typeof options.tags === 'object' ? options.tags : undefined,
    tagForecast: new TagForecast(typeof options.tags === 'function' || options.tags === DERIVED || writesResponse),
    inputs: inputsOf(metadata.params, options.queryString === true),
    varyHeaders: varyHeadersOf(metadata.params, options),
    keyedHeaders: options.makeCacheKey === undefined ? keyedHeadersOf(metadata.params, named) : new Set('*'),
    readsRequest: options.makeCacheKey === undefined && writesResponse,
    declaredReads: declaredReads(metadata, options),
    writesResponse,
    redirects: options.statuses?.some(status => status >= 300 && status < 400) ?? false,
    isPerUser: metadata.isAuthorizedUsed || isForOneCaller(metadata.params, options),
    rendersLocals: Boolean(metadata.renderedTemplate),
  };
}
