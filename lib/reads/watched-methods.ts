import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { ANSWER_HEADERS } from './framework-names.js';
import type { Read } from './read.js';

type Method = (this: ServerResponse, ...args: unknown[]) => unknown;

/** What the methods of a response report to. */
export interface MethodWatch {
  report(read: Read): void;
  /** Runs code whose reads are not the method's. */
  during<T>(work: () => T): T;
}

/** Their names. */
export const WATCHED_METHODS = ['cookie', 'send', 'redirect', 'getHeader', 'hasHeader', 'getHeaders', 'getHeaderNames'] as const;
type Subject = (typeof WATCHED_METHODS)[number];

/**
 * Methods of a response that read more than the method that calls them means to, or whose arguments tell what they read. For each, what
 * is called in its place.
 */
export class WatchedMethods {
  private readonly before: OutgoingHttpHeaders;
  private readonly made = new Map<Subject, Method>();

  constructor(
    response: ServerResponse,
    private readonly watch: MethodWatch,
  ) {
    this.before = response.getHeaders();
  }

  static isOne(name: PropertyKey): name is Subject {
    return WATCHED_METHODS.includes(name as Subject);
  }

  /** The same for each read, as the method itself is. */
  inPlaceOf(name: Subject, method: unknown): unknown {
    if (typeof method !== 'function') return method;
    let made = this.made.get(name);
    if (made === undefined) this.made.set(name, (made = this.make(name, method as Method)));
    return made;
  }

  private make(name: Subject, method: Method): Method {
    const { watch } = this;
    const reportHeader = (header: unknown, value: unknown): void => {
      this.reportHeader(String(header).toLowerCase(), value);
    };
    switch (name) {
      // It asks the request whether the client has the response already. An object goes to `json` first, whose `toJSON` is watched.
      case 'send':
        return function (...args) {
          const isText = args.length === 1 && typeof args[0] === 'string';
          return isText ? watch.during(() => method.apply(this, args)) : method.apply(this, args);
        };
      // It looks for the secret of cookie-parser, which is the application's.
      case 'cookie':
        return function (...args) {
          return watch.during(() => method.apply(this, args));
        };
      // It writes a short text for people, in the form that the client prefers. `back` is another thing: the Referer.
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

  /** A header that the method has set itself is no read of what came before. */
  private reportHeader(name: string, value: unknown): void {
    if (!ANSWER_HEADERS.has(name) && value === this.before[name]) this.watch.report({ kind: 'response-header', name, value });
  }
}
