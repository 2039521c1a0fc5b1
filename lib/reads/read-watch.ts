import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ALL_HEADERS_NAMES, CLIENT_NAMES, CONNECTION_NAMES, FRESHNESS_NAMES, URL_NAMES } from './framework-names.js';
import type { Read } from './read.js';
import { watchSending } from './sending-methods.js';
import { WatchedMethods } from './watched-methods.js';
import { namesFor, REQUEST_NAMES, REQUEST_NAMES_WITH_URL, RESPONSE_NAMES } from './watched-names.js';
import { WatchedObject } from './watched-object.js';
import { watchedRecord, watchInspection, type OnRecordRead } from './watched-record.js';
import { watchSocket, type OnSocketRead } from './watched-socket.js';

type Value = () => unknown;

/** The objects that the watched code receives, and the reads that need no report. */
export interface WatchScope {
  /** The objects to watch from the start. Any other is watched once the code reaches it through `req` or `res`. */
  readonly first: 'request' | 'response' | 'both';
  /** True if the key covers reads of the URL and the host. */
  readonly url: boolean;
}

/**
 * Reports the properties that code reads of a request and its response, from construction until the response ends. The watch
 * does not wrap the two objects, so it covers every reference to them, and code finds the same objects as without the library.
 */
export class ReadWatch {
  private watchedRequest: WatchedObject | undefined;
  private watchedResponse: WatchedObject | undefined;
  private methods: WatchedMethods | undefined;
  private readonly records = new Map<object, object>();
  private readonly inspections: (() => void)[] = [];
  private readonly sockets: Set<OnSocketRead>[] = [];
  private pauses = 0;
  private isOver = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly scope: WatchScope,
    private onRead: (read: Read) => void,
    private readonly onFault: (error: unknown) => void,
  ) {
    watchSending(request, response, this);
    if (scope.first !== 'response') this.watchRequest();
    if (scope.first !== 'request') this.watchResponse();
  }

  /** Ends the watch and restores the request and the response. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.watchedRequest?.restore();
    this.watchedResponse?.restore();
    for (const endInspection of this.inspections) endInspection();
    for (const listeners of this.sockets) listeners.delete(this.readSocket);
  }

  /** Ends the watch at the end of the response. @param hasReadBody true if code has read the body of the request */
  onResponseEnd(hasReadBody: boolean): void {
    const wasOver = this.isOver;
    this.end();
    if (!wasOver && hasReadBody) this.onRead({ kind: 'request', name: 'body', value: undefined });
  }

  /** Runs code without reporting its reads, which are not the method's. */
  during<T>(work: () => T): T {
    this.pauses++;
    try {
      return work();
    } finally {
      this.pauses--;
    }
  }

  /** Runs the middlewares after the method. When a request leaves a mounted app, Express resets both prototypes. */
  passOn<T>(work: () => T): T {
    const result = this.during(work);
    if (!this.isOver) {
      this.watchedRequest?.interceptPrototype();
      this.watchedResponse?.interceptPrototype();
    }
    return result;
  }

  /** Runs code and returns its reads instead of reporting them. */
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
    if (!this.isOver && this.pauses === 0) this.during(this.onRead.bind(this, read));
  }

  private watchRequest(): void {
    if (this.watchedRequest !== undefined) return;
    const names = namesFor(this.request, this.scope.url ? REQUEST_NAMES : REQUEST_NAMES_WITH_URL);
    this.watchedRequest = new WatchedObject(this.request, names, (...read) => this.guarded('request', ...read));
    this.reportUnwatched('request', this.watchedRequest);
  }

  private watchResponse(): void {
    if (this.watchedResponse !== undefined) return;
    this.methods = new WatchedMethods(this.response, this);
    this.watchedResponse = new WatchedObject(this.response, namesFor(this.request, RESPONSE_NAMES), (...read) =>
      this.guarded('response', ...read),
    );
    this.reportUnwatched('response', this.watchedResponse);
  }

  private reportUnwatched(kind: 'request' | 'response', { unwatched }: WatchedObject): void {
    for (const name of unwatched) this.report({ kind, name: String(name), value: undefined });
  }

  /** A fault of the watch must not reach the code that reads. */
  private guarded(kind: 'request' | 'response', name: PropertyKey, value: Value, isAdded: boolean): unknown {
    try {
      return kind === 'request' ? this.readRequest(name, value, isAdded) : this.readResponse(name, value, isAdded);
    } catch (error) {
      // If the property itself throws, it throws again here, as without the library.
      const result = value();
      this.end();
      this.onFault(error);
      return result;
    }
  }

  private readRequest(name: PropertyKey, value: Value, isAdded: boolean): unknown {
    if (this.isOver || this.pauses > 0) return value();
    if (name === 'res') {
      this.watchResponse();
      return value();
    }
    if (name === 'headers') return this.record(value(), 'header');
    if (name === 'cookies') return this.record(value(), 'cookie');
    if (CONNECTION_NAMES.has(name)) return this.connection(value());
    if (ALL_HEADERS_NAMES.has(name)) return this.reportRead('headers', name, value);
    // The cache has detached the preconditions that these properties depend on.
    if (FRESHNESS_NAMES.has(name)) return this.during(value);
    // Express computes these from other properties. The reads of those are not the method's.
    if (URL_NAMES.has(name)) return this.scope.url ? this.during(value) : this.reportRead('url', name, value);
    return CLIENT_NAMES.has(name) || isAdded ? this.reportRead('request', name, value) : value();
  }

  private readResponse(name: PropertyKey, value: Value, isAdded: boolean): unknown {
    if (this.isOver || this.pauses > 0) return value();
    if (name === 'req') {
      this.watchRequest();
      return value();
    }
    if (name === 'locals') return this.record(value(), 'local');
    if (CONNECTION_NAMES.has(name)) return this.connection(value());
    if (WatchedMethods.includes(name)) return this.methods?.wrapperFor(name, value());
    return isAdded ? this.reportRead('response', name, value) : value();
  }

  private reportRead(kind: 'headers' | 'url' | 'request' | 'response', name: PropertyKey, value: Value): unknown {
    const result = this.during(value);
    this.report({ kind, name: String(name), value: result });
    return result;
  }

  /** Returns the same proxy for each read of a record, so that its identity is stable. */
  private record(value: unknown, kind: 'header' | 'cookie' | 'local'): unknown {
    if (typeof value !== 'object' || value === null) {
      this.report({ kind: `${kind}s`, value });
      return value;
    }
    let record = this.records.get(value);
    if (record === undefined) {
      const onRead: OnRecordRead = (name, read) => {
        this.report(name === undefined ? { kind: `${kind}s`, value: read } : { kind, name, value: read });
      };
      record = watchedRecord(value, onRead);
      this.records.set(value, record);
      const endInspection = watchInspection(value, onRead);
      if (endInspection === undefined) onRead(undefined, value);
      else this.inspections.push(endInspection);
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
}
