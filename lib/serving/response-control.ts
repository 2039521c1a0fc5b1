import type { ServerResponse } from 'node:http';
import { isTags } from '../options/cached-options.js';
import { isSeconds } from '../options/validate.js';
import type { Action } from '../options/action.js';
import { CacheUsageError } from '../errors/cache-errors.js';
import { formatValue } from '../errors/format-value.js';

const CONTROL = Symbol('cache control');
type Controlled = ServerResponse & { [CONTROL]?: ResponseControl };

/**
 * The directives of application code about the storage of one response. They have no effect if the response is not to be
 * stored.
 */
export class ResponseControl {
  #timeout: number | undefined;
  #isStored = true;
  readonly #tags = new Set<string>();

  /** @returns undefined if the response has no directives */
  static of(response: ServerResponse): ResponseControl | undefined {
    return (response as Controlled)[CONTROL];
  }

  /**
   * Sets the lifetime of this response. It has priority over the action's `timeout` and over a `Cache-Control` of the handler.
   *
   * @param seconds 0: the response never expires
   * @throws CacheUsageError if `seconds` is no number of 0 or more
   */
  timeout(seconds: number): this {
    if (!isSeconds(seconds))
      throw misused(`timeout(${formatValue(seconds)}) has no number of seconds, 0 or more. Write timeout(5).`);
    this.#timeout = seconds;
    return this;
  }

  /** Sends this response without storing it. */
  noStore(): this {
    this.#isStored = false;
    return this;
  }

  /**
   * Adds tags to this response, in addition to the tags of the action.
   *
   * @throws CacheUsageError if a tag is no string, or empty
   */
  tag(...tags: string[]): this {
    const wrong = tags.find(tag => !isTags([tag]));
    if (wrong !== undefined)
      throw misused(`tag(${formatValue(wrong)}) has no name: a string that is not empty. Write tag('user:bob').`);
    for (const tag of tags) this.#tags.add(tag);
    return this;
  }

  /** @internal */
  get directives(): { readonly timeout: number | undefined; readonly isStored: boolean; readonly tags: readonly string[] } {
    return { timeout: this.#timeout, isStored: this.#isStored, tags: [...this.#tags] };
  }
}

/**
 * Returns the control over the storage of the current response, for a handler or an interceptor. Call it before the response
 * ends. On a hit, neither runs, so the stored directives apply.
 *
 * @param target the response, such as from `@Res()`, or routing-controllers' action
 * @throws CacheUsageError if the target is neither
 *
 * @example
 * ```ts
 * @JsonController('/offers')
 * class OffersController {
 *   @Get('/:id')
 *   @Cached({ timeout: 600 })
 *   async offer(@Param('id') id: string, @Res() response: Response) {
 *     const offer = await db.offer(id);
 *     if (offer.isEnding) cacheControl(response).timeout(5);
 *     cacheControl(response).tag(`seller:${offer.seller}`);
 *     return offer;
 *   }
 * }
 * ```
 */
export function cacheControl(target: ServerResponse | Action): ResponseControl {
  const response = responseIn(target);
  if (response === undefined) {
    throw misused(
      `has neither a response nor an action, but ${formatValue(target)}. Write cacheControl(response), with @Res() response.`,
    );
  }
  return (response[CONTROL] ??= new ResponseControl());
}

function responseIn(target: unknown): Controlled | undefined {
  if (isResponse(target)) return target;
  const { response } = (target ?? {}) as { readonly response?: unknown };
  return isResponse(response) ? response : undefined;
}

/** Accepts also a proxy or a test double of a response. */
function isResponse(value: unknown): value is Controlled {
  return typeof value === 'object' && value !== null && typeof (value as Partial<ServerResponse>).writeHead === 'function';
}

function misused(mistake: string): CacheUsageError {
  return new CacheUsageError('CACHE_USAGE_INVALID', [`cacheControl: ${mistake}`]);
}
