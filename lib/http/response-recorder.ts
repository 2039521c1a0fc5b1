import type { ServerResponse } from 'node:http';
import { copyChunk, concatChunks } from './body-bytes.js';
import { HeaderDiff } from './header-diff.js';
import { setHead } from './headers.js';
import { statusMessageOf } from './http2.js';
import type { HeaderChange } from './stored-response.js';

/** What is known of a response when its headers are about to be sent. */
export interface RecordedHead {
  readonly status: number;
  /** Where it is not the status's own. */
  readonly statusMessage: string | undefined;
  readonly headers: readonly HeaderChange[];
  /** The whole body where it is sent at once. */
  readonly wholeBody: Buffer | undefined;
}

/** Told what happens to a response. */
export interface RecorderListener {
  /** The headers are about to be sent, and may still be changed. `without-body`: the body is recorded, but not sent. */
  onHead(head: RecordedHead): 'send' | 'without-body';
  /** The handler has ended it, and nothing that comes after has been done yet. @param encoding as `end` was called with */
  onEnd(encoding: unknown): void;
  /** The handler has written all of it, and what comes right after has been done. Comes last. */
  onComplete(body: Buffer): void;
  /** It became larger than may be recorded; it goes on unrecorded. Comes last. */
  onOverflow(): void;
  /** The recorder, or who listens to it, has failed; the response goes on unrecorded. Comes last. */
  onFault(error: unknown): void;
  /** The client has left. `begun`: some of the body had been written, so that the rest may never come. */
  onClose(begun: boolean): void;
}

/** A method of a response as it stood before, to be called on it with whatever it was called with. */
type Method<Result> = (this: ServerResponse, ...args: unknown[]) => Result;
type Methods = Record<'writeHead' | 'end', Method<ServerResponse>> & Record<'write', Method<boolean>>;
type Callback = (error?: Error | null) => void;

const NOTHING = Buffer.alloc(0);
/** For what comes after what is running now: `queueMicrotask` costs an asynchronous resource each time. */
const DONE = Promise.resolve();

/** Records what a handler sends, as bytes, on its way to the client. After the client has left it records on without sending. */
export class ResponseRecorder {
  private readonly headers: HeaderDiff;
  private readonly writeHead: Method<ServerResponse>;
  private readonly write: Method<boolean>;
  private readonly end: Method<ServerResponse>;
  private chunks: Buffer[] = [];
  private length = 0;
  private state: 'recording' | 'overflown' | 'ended' | 'failed' = 'recording';
  private head: 'pending' | 'send' | 'without-body' = 'pending';
  private begun = false;
  private isEnding = false;
  private hasLeft = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly maxBytes: number,
    private readonly listener: RecorderListener,
  ) {
    this.headers = new HeaderDiff(response);
    ({ writeHead: this.writeHead, write: this.write, end: this.end } = response as unknown as Methods);
    response.writeHead = (status: number, ...rest: unknown[]) => this.onWriteHead(status, rest);
    response.write = ((chunk: unknown, encoding?: unknown, callback?: unknown) =>
      this.onWrite(chunk, encoding, callback)) as ServerResponse['write'];
    response.end = ((chunk?: unknown, encoding?: unknown, callback?: unknown) =>
      this.onEnd(chunk, encoding, callback)) as ServerResponse['end'];
    if (response.closed || response.destroyed) {
      this.hasLeft = true;
      listener.onClose(false);
    } else {
      response.on('close', () => {
        this.hasLeft = true;
        if (this.state === 'recording') this.listener.onClose(this.begun);
      });
    }
  }

  /** For handlers that send the head themselves; Node comes here too, with the first bytes that are written. */
  private onWriteHead(status: number, rest: unknown[]): ServerResponse {
    const { response, writeHead } = this;
    if (this.head !== 'pending') return writeHead.call(response, status, ...rest);
    setHead(response, status, rest);
    this.commitHead(undefined);
    return writeHead.call(response, response.statusCode);
  }

  private onWrite(chunk: unknown, encoding: unknown, callback: unknown): boolean {
    const { response } = this;
    // Over HTTP/2, Node's own `end` comes here with what it was given.
    if (this.isEnding) return this.write.call(response, chunk, encoding, callback);
    this.commitHead(undefined);
    this.record(this.copy(chunk, encoding));
    if (this.head === 'without-body' || this.hasLeft || response.destroyed) {
      const done = callbackOf(encoding, callback);
      if (done !== undefined) process.nextTick(done);
      // Nobody takes what is written: its source is to go on, but not to keep the process from all else.
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
      // routing-controllers goes on to the after-middlewares right after it has ended the response: let it, then tell.
      void DONE.then(() => {
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

  /** Whatever fails here, the handler's response goes on. */
  private fail(error: unknown): void {
    if (this.state === 'failed') return;
    this.state = 'failed';
    this.chunks = [];
    this.listener.onFault(error);
  }

  private record(bytes: Buffer | 'too-large'): void {
    this.begun = true;
    if (this.state !== 'recording') return;
    if (bytes === 'too-large' || this.length + bytes.length > this.maxBytes) {
      this.state = 'overflown';
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
