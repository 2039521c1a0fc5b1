import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { CONNECTIONS, OF_ALL_HEADERS, OF_CONDITIONS, OF_THE_CLIENT, OF_THE_URL } from './framework-names.js';
import type { Read } from './read.js';
import { WatchedMethods } from './watched-methods.js';
import { namesFor, REQUEST_NAMES, REQUEST_NAMES_WITH_URL, RESPONSE_NAMES } from './watched-names.js';
import { WatchedObject } from './watched-object.js';
import { watchedRecord } from './watched-record.js';
import { watchSocket, type OnSocketRead } from './watched-socket.js';

type Value = () => unknown;
type Methods = Record<'writeHead' | 'write' | 'end', (...args: unknown[]) => unknown>;

/** What the code that is watched gets of a request. */
export interface Seen {
  /** The other one is watched when this one has led to it. */
  readonly first: 'request' | 'response' | 'both';
  /** Whether the key covers reads of URL and host. */
  readonly url: boolean;
}

/**
 * Watches what code reads of a request and its response, from `begin` until the response ends. Both stay the objects that they are, so
 * every way to them is watched, and code finds them as they are without the library.
 */
export class ReadWatch {
  private watchedRequest: WatchedObject | undefined;
  private watchedResponse: WatchedObject | undefined;
  private methods: WatchedMethods | undefined;
  private readonly records = new Map<object, object>();
  private readonly sockets: Set<OnSocketRead>[] = [];
  private readonly hasBodyBeenRead: () => boolean;
  private paused = 0;
  private isOver = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly seen: Seen,
    private onRead: (read: Read) => void,
  ) {
    this.hasBodyBeenRead = bodyWatch(request);
    this.watchWaysOut(response);
    if (seen.first !== 'response') this.watchRequest();
    if (seen.first !== 'request') this.watchResponse();
  }

  /** Request and response are as they were. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.watchedRequest?.restore();
    this.watchedResponse?.restore();
    for (const told of this.sockets) told.delete(this.readSocket);
  }

  /** Runs code whose reads are not the method's. */
  during<T>(work: () => T): T {
    this.paused++;
    try {
      return work();
    } finally {
      this.paused--;
    }
  }

  /** Runs the middlewares that come after the method. On the way out of a mounted app, Express sets prototypes again. */
  passOn<T>(work: () => T): T {
    const result = this.during(work);
    if (!this.isOver) {
      this.watchedRequest?.standBeforePrototype();
      this.watchedResponse?.standBeforePrototype();
    }
    return result;
  }

  /** Runs code. @returns its reads, which are not reported */
  readsOf(work: () => void): Read[] {
    const reads: Read[] = [];
    const { onRead } = this;
    this.onRead = read => reads.push(read);
    try {
      work();
    } finally {
      this.onRead = onRead;
    }
    return reads;
  }

  report(read: Read): void {
    if (!this.isOver && this.paused === 0) this.during(this.onRead.bind(this, read));
  }

  private watchRequest(): void {
    if (this.watchedRequest !== undefined) return;
    const names = namesFor(this.request, this.seen.url ? REQUEST_NAMES : REQUEST_NAMES_WITH_URL);
    this.watchedRequest = new WatchedObject(this.request, names, (...read) => this.readRequest(...read));
    this.reportUnwatched('request', this.watchedRequest);
  }

  private watchResponse(): void {
    if (this.watchedResponse !== undefined) return;
    this.methods = new WatchedMethods(this.response, this);
    this.watchedResponse = new WatchedObject(this.response, namesFor(this.request, RESPONSE_NAMES), (...read) =>
      this.readResponse(...read),
    );
    this.reportUnwatched('response', this.watchedResponse);
  }

  private reportUnwatched(kind: 'request' | 'response', { unwatched }: WatchedObject): void {
    for (const name of unwatched) this.report({ kind, name: String(name), value: undefined });
  }

  private readRequest(name: PropertyKey, value: Value, isAdded: boolean): unknown {
    if (this.isOver || this.paused > 0) return value();
    if (name === 'res') {
      this.watchResponse();
      return value();
    }
    if (name === 'headers') return this.record(value(), 'header');
    if (name === 'cookies') return this.record(value(), 'cookie');
    if (CONNECTIONS.has(name)) return this.connection(value());
    if (OF_ALL_HEADERS.has(name)) return this.told('headers', name, value);
    // The conditions that these look for are off the request.
    if (OF_CONDITIONS.has(name)) return this.during(value);
    // They are worked out from other properties, whose reads are Express' own.
    if (OF_THE_URL.has(name)) return this.seen.url ? this.during(value) : this.told('url', name, value);
    return OF_THE_CLIENT.has(name) || isAdded ? this.told('request', name, value) : value();
  }

  private readResponse(name: PropertyKey, value: Value, isAdded: boolean): unknown {
    if (this.isOver || this.paused > 0) return value();
    if (name === 'req') {
      this.watchRequest();
      return value();
    }
    if (name === 'locals') return this.record(value(), 'local');
    if (CONNECTIONS.has(name)) return this.connection(value());
    if (WatchedMethods.isOne(name)) return this.methods?.inPlaceOf(name, value());
    return isAdded ? this.told('response', name, value) : value();
  }

  private told(kind: 'headers' | 'url' | 'request' | 'response', name: PropertyKey, value: Value): unknown {
    const result = this.during(value);
    this.report({ kind, name: String(name), value: result });
    return result;
  }

  /** The same for each read, as the record itself is. */
  private record(value: unknown, kind: 'header' | 'cookie' | 'local'): unknown {
    if (typeof value !== 'object' || value === null) {
      this.report({ kind: `${kind}s`, value });
      return value;
    }
    let record = this.records.get(value);
    if (record === undefined) {
      record = watchedRecord(value, (name, read) => {
        this.report(name === undefined ? { kind: `${kind}s`, value: read } : { kind, name, value: read });
      });
      this.records.set(value, record);
    }
    return record;
  }

  private readonly readSocket: OnSocketRead = (name, value) => {
    this.report({ kind: 'connection', name, value });
  };

  private connection(value: unknown): unknown {
    if (typeof value === 'object' && value !== null) this.sockets.push(watchSocket(value as Socket, this.readSocket));
    return value;
  }

  /** What Node and middlewares read while a response goes out is no read of the method's. */
  private watchWaysOut(response: ServerResponse): void {
    const { writeHead, write, end } = response as unknown as Methods;
    const methods = response as unknown as Methods;
    // By name, one by one: an engine makes that fast.
    methods.writeHead = (...args) => this.during(() => writeHead.apply(response, args));
    methods.write = (...args) => this.during(() => write.apply(response, args));
    methods.end = (...args) => {
      const wasOver = this.isOver;
      this.end();
      if (!wasOver && this.hasBodyBeenRead()) this.onRead({ kind: 'request', name: 'body', value: undefined });
      return end.apply(response, args);
    };
  }
}

/** @returns whether somebody has begun to read the request's body since */
function bodyWatch(request: IncomingMessage): () => boolean {
  const { readableFlowing, readableEnded, readableDidRead } = request;
  return () =>
    request.readableFlowing !== readableFlowing ||
    request.readableEnded !== readableEnded ||
    request.readableDidRead !== readableDidRead;
}
