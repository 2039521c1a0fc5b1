import type { ServerResponse } from 'node:http';
import { fieldNames, headerText } from './headers.js';
import type { HeaderChange } from './stored-response.js';

/** The methods of Express by which it adds headers of its own. */
type ExpressResponse = ServerResponse & {
  redirect?: (this: unknown, ...args: unknown[]) => unknown;
  sendFile?: (this: unknown, path: unknown, options?: unknown, ...rest: unknown[]) => unknown;
};

/** The `Cache-Control` that Express gives a file whose sender gives it none. */
const OF_A_FILE = 'public, max-age=0';

/**
 * Recognises the headers that Express adds by itself: the `Vary: Accept` of a redirect, and the `Cache-Control` of a file. They do not
 * say how the author of the action wants the response to be stored.
 */
export class FrameworkMarks {
  private variesByAccept = false;
  private hasCacheControl = false;

  constructor(private readonly response: ExpressResponse) {
    const { redirect, sendFile } = response;
    const variedBefore = this.varies();
    const noteRedirect = (): void => {
      this.variesByAccept = variedBefore || !this.varies();
    };
    const noteFile = (options: unknown): void => {
      this.hasCacheControl = !isCacheControlled(options) && !response.hasHeader('cache-control');
    };
    // `this` may be what the method got for the response: how it answers is told by that.
    if (redirect !== undefined) {
      response.redirect = function (...args) {
        noteRedirect();
        return redirect.apply(this, args);
      };
    }
    if (sendFile !== undefined) {
      // `res.download` comes here, too.
      response.sendFile = function (path, options, ...rest) {
        noteFile(options);
        return sendFile.call(this, path, options, ...rest);
      };
    }
  }

  /** The headers without those that Express has added. */
  authorsOf(headers: readonly HeaderChange[]): readonly HeaderChange[] {
    const unmarked = this.isMarked(headers) ? withoutCacheControl(headers) : headers;
    return this.variesByAccept ? unmarked.map(withoutAccept) : unmarked;
  }

  /** Takes the `Cache-Control` that Express has added off the response. @returns the headers without it */
  takeOff(headers: readonly HeaderChange[]): readonly HeaderChange[] {
    if (!this.isMarked(headers)) return headers;
    this.response.removeHeader('cache-control');
    return withoutCacheControl(headers);
  }

  private isMarked(headers: readonly HeaderChange[]): boolean {
    return this.hasCacheControl && headerText(headers, 'cache-control') === OF_A_FILE;
  }

  private varies(): boolean {
    const vary = this.response.getHeader('vary');
    return vary !== undefined && fieldNames(String(vary)).includes('accept');
  }
}

/** Whether the author of `res.sendFile(path, options)` gives the file a lifetime, be it none. */
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
