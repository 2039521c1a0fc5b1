import type { ServerResponse } from 'node:http';
import { isTags } from '../options/cached-options.js';
import { isSeconds } from '../options/validate.js';
import type { Action } from '../options/action.js';
import { CacheUsageError } from '../errors/cache-errors.js';
import { formatValue } from '../errors/format-value.js';

const CONTROL = Symbol('cache control');
type Controlled = ServerResponse & { [CONTROL]?: ResponseControl };

/** What the code that makes a response says of how it is kept, while it makes it. Where no response is to be kept, it has no effect. */
export class ResponseControl {
  #timeout: number | undefined;
  #isStored = true;
  readonly #tags = new Set<string>();

  /** @returns `undefined` where nothing was said */
  static of(response: ServerResponse): ResponseControl | undefined {
    return (response as Controlled)[CONTROL];
  }

  /**
   * How long this response stays fresh: wins over the action's `timeout`, and over a `Cache-Control` that the handler has set.
   *
   * @param seconds 0: it never expires
   * @throws CacheUsageError when it is no number of seconds, 0 or more
   */
  timeout(seconds: number): this {
    if (!isSeconds(seconds))
      throw misused(`timeout(${formatValue(seconds)}) has no number of seconds, 0 or more. Write timeout(5).`);
    this.#timeout = seconds;
    return this;
  }

  /** This response is answered, and not stored. */
  noStore(): this {
    this.#isStored = false;
    return this;
  }

  /**
   * Names to invalidate this response by, beside those of the action.
   *
   * @throws CacheUsageError when one is no text, or an empty one
   */
  tag(...tags: string[]): this {
    const wrong = tags.find(tag => !isTags([tag]));
    if (wrong !== undefined)
      throw misused(`tag(${formatValue(wrong)}) has no name: a text that is not empty. Write tag('user:bob').`);
    for (const tag of tags) this.#tags.add(tag);
    return this;
  }

  /** @internal */
  get directives(): { readonly timeout: number | undefined; readonly isStored: boolean; readonly tags: readonly string[] } {
    return { timeout: this.#timeout, isStored: this.#isStored, tags: [...this.#tags] };
  }
}

/**
 * For a handler, or an interceptor: decides how the response that is being made is kept. Before its end; on a hit nobody is asked.
 *
 * @param made the response, as from `@Res()`, or routing-controllers' action
 * @throws CacheUsageError when it is neither
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
export function cacheControl(made: ServerResponse | Action): ResponseControl {
  const response = responseIn(made);
  if (response === undefined) {
    throw misused(
      `has neither a response nor an action, but ${formatValue(made)}. Write cacheControl(response), with @Res() response.`,
    );
  }
  return (response[CONTROL] ??= new ResponseControl());
}

function responseIn(made: unknown): Controlled | undefined {
  if (isResponse(made)) return made;
  const { response } = (made ?? {}) as { readonly response?: unknown };
  return isResponse(response) ? response : undefined;
}

/** A proxy or a stand-in of one will do. */
function isResponse(value: unknown): value is Controlled {
  return typeof value === 'object' && value !== null && typeof (value as Partial<ServerResponse>).writeHead === 'function';
}

function misused(mistake: string): CacheUsageError {
  return new CacheUsageError('CACHE_USAGE_INVALID', [`cacheControl: ${mistake}`]);
}
