import type { ServerResponse } from 'node:http';
import { fieldNames, headerText } from './headers.js';
import type { HeaderChange } from './stored-response.js';

/** The methods through which Express adds headers of its own. */
type ExpressResponse = ServerResponse & {
  redirect?: (this: unknown, ...args: unknown[]) => unknown;
  sendFile?: (this: unknown, path: unknown, options?: unknown, ...rest: unknown[]) => unknown;
};

/** The `Cache-Control` that Express sets on a file if the handler sets none. */
const DEFAULT_FILE_CACHE_CONTROL = 'public, max-age=0';

/**
 * Recognises the headers that Express adds on its own: the `Vary: Accept` of a redirect, and the `Cache-Control` of a file. The
 * author of the action did not choose them, so they must not decide whether the response is stored.
 */
export class FrameworkMarks {
  private variesByAccept = false;
  private hasCacheControl = false;

  constructor(private readonly response: ExpressResponse) {
    const { redirect, sendFile } = response;
    const variedBefore = this.varies();
    const recordRedirect = (): void => {
      this.variesByAccept = variedBefore || !this.varies();
    };
    const recordFile = (options: unknown): void => {
      this.hasCacheControl = !isCacheControlled(options) && !response.hasHeader('cache-control');
    };
    // `this` may be the proxy that the method received as its response. Calling the original on it marks the answer as the
    // method's.
    if (redirect !== undefined) {
      response.redirect = function (...args) {
        recordRedirect();
        return redirect.apply(this, args);
      };
    }
    if (sendFile !== undefined) {
      // `res.download` calls `sendFile`.
      response.sendFile = function (path, options, ...rest) {
        recordFile(options);
        return sendFile.call(this, path, options, ...rest);
      };
    }
  }

  /** Returns the headers that the author of the action has set, without the additions of Express. */
  authorsOf(headers: readonly HeaderChange[]): readonly HeaderChange[] {
    const unmarked = this.hasDefaultCacheControl(headers) ? withoutCacheControl(headers) : headers;
    return this.variesByAccept ? unmarked.map(withoutAccept) : unmarked;
  }

  /** Removes the `Cache-Control` that Express has added from the response. @returns the headers without it */
  takeOff(headers: readonly HeaderChange[]): readonly HeaderChange[] {
    if (!this.hasDefaultCacheControl(headers)) return headers;
    this.response.removeHeader('cache-control');
    return withoutCacheControl(headers);
  }

  private hasDefaultCacheControl(headers: readonly HeaderChange[]): boolean {
    return this.hasCacheControl && headerText(headers, 'cache-control') === DEFAULT_FILE_CACHE_CONTROL;
  }

  private varies(): boolean {
    const vary = this.response.getHeader('vary');
    return vary !== undefined && fieldNames(String(vary)).includes('accept');
  }
}

/** True if the options of `res.sendFile(path, options)` contain a lifetime, also a lifetime of 0. */
function isCacheControlled(options: unknown): boolean {
  if (typeof options !== 'object' || options === null) return false;
  const { maxAge, maxage, headers } = options as Readonly<Partial<Record<'maxAge' | 'maxage' | 'headers', unknown>>>;
  const names = Object.keys(headers ?? {});
  return maxAge !== undefined || maxage !== undefined || names.some(name => name.toLowerCase() === 'cache-control');
}

function withoutCacheControl(headers: readonly HeaderChange[]): readonly HeaderChange[] {
  return headers.filter(({ name }) => name.toLowerCase() !== 'cache-control');
}

function withoutAccept(header: HeaderChange): HeaderChange {
  if (header.kind === 'remove' || header.name.toLowerCase() !== 'vary') return header;
  const names = fieldNames(headerText([header], 'vary')).filter(name => name !== 'accept');
  return { kind: 'set', name: header.name, value: names.join(', ') };
}
