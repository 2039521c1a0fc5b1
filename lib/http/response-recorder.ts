import type { ServerResponse } from 'node:http';
import { copyChunk, concatChunks } from './body-bytes.js';
import { HeaderDiff } from './header-diff.js';
import { setHead } from './headers.js';
import { requireReplaceable } from './replaceable.js';
import { statusMessageOf } from './http2.js';
import type { HeaderChange } from './stored-response.js';

/** The head of a response, before its headers are sent. */
export interface RecordedHead {
  readonly status: number;
  /** The reason phrase; `undefined` if it is the default of the status. */
  readonly statusMessage: string | undefined;
  readonly headers: readonly HeaderChange[];
  /** The complete body if the handler sends it in one call. */
  readonly wholeBody: Buffer | undefined;
}

/** Receives the events of a recorded response. */
export interface RecorderListener {
  /** Called before the headers are sent; they can still be changed. `without-body`: the body is recorded but not sent. */
  onHead(head: RecordedHead): 'send' | 'without-body';
  /** Called when the handler has ended the response, before any later code runs. @param encoding the encoding passed to `end` */
  onEnd(encoding: unknown): void;
  /** Called after the handler has ended the response and the synchronous code after it has run. The final event. */
  onComplete(body: Buffer): void;
  /** Called when the body exceeds the maximum size. The response continues without recording. The final event. */
  onOverflow(): void;
  /** Called when the recorder or a listener has thrown. The response continues without recording. The final event. */
  onFault(error: unknown): void;
  /**
   * Called when the client has disconnected. `hasStarted`: the handler had written a part of the body; the rest may never follow.
   */
  onClose(hasStarted: boolean): void;
}

/** An original method of a response. The recorder calls it with the arguments that it received. */
type Method<Result> = (this: ServerResponse, ...args: unknown[]) => Result;
type Methods = Record<'writeHead' | 'end', Method<ServerResponse>> & Record<'write', Method<boolean>>;
type Callback = (error?: Error | null) => void;

const NOTHING = Buffer.alloc(0);
/** Schedules a microtask. `queueMicrotask` would create an asynchronous resource for each call. */
const RESOLVED = Promise.resolve();

/** Records the bytes that a handler sends to the client. After the client has disconnected, it continues to record. */
export class ResponseRecorder {
  private readonly headers: HeaderDiff;
  private readonly writeHead: Method<ServerResponse>;
  private readonly write: Method<boolean>;
  private readonly end: Method<ServerResponse>;
  private chunks: Buffer[] = [];
  private length = 0;
  private state: 'recording' | 'overflowed' | 'ended' | 'failed' = 'recording';
  private head: 'pending' | 'send' | 'without-body' = 'pending';
  private hasStarted = false;
  private isEnding = false;
  private isDisconnected = false;

  /** @throws TypeError if the methods of the response cannot be replaced */
  constructor(
    private readonly response: ServerResponse,
    private readonly maxBytes: number,
    private readonly listener: RecorderListener,
  ) {
    requireReplaceable(response);
    this.headers = new HeaderDiff(response);
    ({ writeHead: this.writeHead, write: this.write, end: this.end } = response as unknown as Methods);
    response.writeHead = (status: number, ...rest: unknown[]) => this.onWriteHead(status, rest);
    response.write = ((chunk: unknown, encoding?: unknown, callback?: unknown) =>
      this.onWrite(chunk, encoding, callback)) as ServerResponse['write'];
    response.end = ((chunk?: unknown, encoding?: unknown, callback?: unknown) =>
      this.onEnd(chunk, encoding, callback)) as ServerResponse['end'];
    if (response.closed || response.destroyed) {
      this.isDisconnected = true;
      listener.onClose(false);
    } else {
      response.on('close', () => {
        this.isDisconnected = true;
        if (this.state === 'recording') this.listener.onClose(this.hasStarted);
      });
    }
  }

  /** Handles `writeHead`: called by handlers that send the head explicitly, and by Node before the first bytes. */
  private onWriteHead(status: number, rest: unknown[]): ServerResponse {
    const { response, writeHead } = this;
    if (this.head !== 'pending') return writeHead.call(response, status, ...rest);
    setHead(response, status, rest);
    this.commitHead(undefined);
    return writeHead.call(response, response.statusCode);
  }

  private onWrite(chunk: unknown, encoding: unknown, callback: unknown): boolean {
    const { response } = this;
    // Over HTTP/2, Node's own `end` calls `write` with its chunk, which `onEnd` has already recorded.
    if (this.isEnding) return this.write.call(response, chunk, encoding, callback);
    this.commitHead(undefined);
    this.record(this.copy(chunk, encoding));
    if (this.head === 'without-body' || this.isDisconnected || response.destroyed) {
      const done = callbackOf(encoding, callback);
      if (done !== undefined) process.nextTick(done);
      // No socket will emit `drain`. With `setImmediate`, other work of the process runs between two chunks.
      setImmediate(() => response.emit('drain'));
      return false;
    }
    return this.write.call(response, chunk, encoding, callback);
  }

  private onEnd(first: unknown, second: unknown, third: unknown): ServerResponse {
    const { response } = this;
    const chunk = typeof first === 'function' || first === null ? undefined : first;
    const bytes = chunk === undefined ? NOTHING : this.copy(chunk, second);
    this.commitHead(bytes);
    if (chunk !== undefined) this.record(bytes);

    this.isEnding = true;
    if (chunk === undefined || this.head === 'without-body') this.end.call(response, callbackOf(first, second, third));
    else this.end.call(response, chunk, second, third);

    if (this.state === 'recording') {
      this.state = 'ended';
      this.listener.onEnd(second);
      // routing-controllers calls the after-middlewares synchronously after `end`. They run before `onComplete`.
      void RESOLVED.then(() => {
        try {
          this.listener.onComplete(concatChunks(this.chunks, this.length));
        } catch (error) {
          this.fail(error);
        }
      });
    }
    return response;
  }

  private commitHead(wholeBody: Buffer | 'too-large' | undefined): void {
    if (this.head !== 'pending') return;
    this.head = 'send';
    try {
      this.head = this.listener.onHead({
        status: this.response.statusCode,
        statusMessage: statusMessageOf(this.response),
        headers: this.headers.changes(),
        wholeBody: wholeBody === 'too-large' ? undefined : wholeBody,
      });
    } catch (error) {
      this.fail(error);
    }
  }

  private copy(chunk: unknown, encoding: unknown): Buffer | 'too-large' {
    if (this.state !== 'recording') return 'too-large';
    try {
      return copyChunk(chunk, encoding, this.maxBytes);
    } catch (error) {
      this.fail(error);
      return 'too-large';
    }
  }

  /** Stops recording after an error. The handler's response continues. */
  private fail(error: unknown): void {
    if (this.state === 'failed') return;
    this.state = 'failed';
    this.chunks = [];
    this.listener.onFault(error);
  }

  private record(bytes: Buffer | 'too-large'): void {
    this.hasStarted = true;
    if (this.state !== 'recording') return;
    if (bytes === 'too-large' || this.length + bytes.length > this.maxBytes) {
      this.state = 'overflowed';
      this.chunks = [];
      this.listener.onOverflow();
      return;
    }
    this.chunks.push(bytes);
    this.length += bytes.length;
  }
}

function callbackOf(...candidates: readonly unknown[]): Callback | undefined {
  return candidates.find(candidate => typeof candidate === 'function') as Callback | undefined;
}
