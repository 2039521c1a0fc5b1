import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { SENDING_HEADERS } from './framework-names.js';
import type { Read } from './read.js';

type Method = (this: ServerResponse, ...args: unknown[]) => unknown;

/** Receives the reads that a response's methods make. */
export interface MethodWatch {
  report(read: Read): void;
  /** Runs code without reporting its reads, which are not the method's. */
  during<T>(work: () => T): T;
}

/** The names of the wrapped methods. */
export const WATCHED_METHODS = ['cookie', 'send', 'redirect', 'getHeader', 'hasHeader', 'getHeaders', 'getHeaderNames'] as const;
type WrappedMethod = (typeof WATCHED_METHODS)[number];

/**
 * Wrappers for the methods of a response whose reads need special treatment. Some read more than their caller intends; of others,
 * the arguments name the header that they read.
 */
export class WatchedMethods {
  private readonly before: OutgoingHttpHeaders;
  private readonly wrappers = new Map<WrappedMethod, Method>();

  constructor(
    response: ServerResponse,
    private readonly watch: MethodWatch,
  ) {
    this.before = response.getHeaders();
  }

  static includes(name: PropertyKey): name is WrappedMethod {
    return WATCHED_METHODS.includes(name as WrappedMethod);
  }

  /** Returns the same wrapper for each read of a method, so that its identity is stable. */
  wrapperFor(name: WrappedMethod, method: unknown): unknown {
    if (typeof method !== 'function') return method;
    let wrapper = this.wrappers.get(name);
    if (wrapper === undefined) this.wrappers.set(name, (wrapper = this.wrap(name, method as Method)));
    return wrapper;
  }

  private wrap(name: WrappedMethod, method: Method): Method {
    const { watch } = this;
    const reportHeader = (header: unknown, value: unknown): void => {
      this.reportHeader(String(header).toLowerCase(), value);
    };
    switch (name) {
      // `send` reads preconditions of the request, which is not a read of the method. An object passes through `json` first, and
      // the reads of its `toJSON` count.
      case 'send':
        return function (...args) {
          const isText = args.length === 1 && typeof args[0] === 'string';
          return isText ? watch.during(() => method.apply(this, args)) : method.apply(this, args);
        };
      // `cookie` reads the secret of cookie-parser, which is the same for all callers.
      case 'cookie':
        return function (...args) {
          return watch.during(() => method.apply(this, args));
        };
      // `redirect` writes a short text in the format that the client prefers. With `back`, the response depends on the Referer.
      case 'redirect':
        return function (...args) {
          return args.includes('back') ? method.apply(this, args) : watch.during(() => method.apply(this, args));
        };
      case 'getHeader':
        return function (header) {
          const value = method.call(this, header);
          reportHeader(header, value);
          return value;
        };
      case 'hasHeader':
        return function (header) {
          const result = method.call(this, header);
          reportHeader(
            header,
            watch.during(() => this.getHeader(String(header))),
          );
          return result;
        };
      default:
        return function (...args) {
          watch.report({ kind: 'response-headers', value: undefined });
          return method.apply(this, args);
        };
    }
  }

  /** Reports the read of a response header, unless the method itself has set the header. */
  private reportHeader(name: string, value: unknown): void {
    if (!SENDING_HEADERS.has(name) && value === this.before[name]) this.watch.report({ kind: 'response-header', name, value });
  }
}
