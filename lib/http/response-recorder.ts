import type { ServerResponse } from 'node:http';
import onHeaders from 'on-headers';
import { HeaderWatch } from './header-watch.js';
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
  /** The handler has written all of it. Comes last. */
  onComplete(body: Buffer): void;
  /** It became larger than may be recorded; it goes on unrecorded. Comes last. */
  onOverflow(): void;
  /** The client has left. `begun`: some of the body had been written, so that the rest may never come. */
  onClose(begun: boolean): void;
}

type Write = ServerResponse['write'];
type End = ServerResponse['end'];
type Callback = (error?: Error | null) => void;

/** Records what a handler sends, as bytes, on its way to the client. After the client has left it records on without sending. */
export class ResponseRecorder {
  private readonly headers: HeaderWatch;
  private readonly write: Write;
  private readonly end: End;
  private chunks: Buffer[] = [];
  private length = 0;
  private state: 'recording' | 'overflown' | 'ended' = 'recording';
  private head: 'pending' | 'send' | 'without-body' = 'pending';
  private begun = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly maxBytes: number,
    private readonly listener: RecorderListener,
  ) {
    this.headers = new HeaderWatch(response);
    this.write = response.write.bind(response);
    this.end = response.end.bind(response);
    // For handlers that call writeHead or flushHeaders themselves.
    onHeaders(response, () => {
      this.commitHead(undefined);
    });
    this.noticeStatusMessage();
    response.write = ((chunk: unknown, encoding?: unknown, callback?: unknown) =>
      this.onWrite(chunk, encoding, callback)) as Write;
    response.end = ((chunk?: unknown, encoding?: unknown, callback?: unknown) => this.onEnd(chunk, encoding, callback)) as End;
    if (response.closed || response.destroyed) listener.onClose(false);
    else {
      response.once('close', () => {
        if (this.state === 'recording') this.listener.onClose(this.begun);
      });
    }
  }

  private noticeStatusMessage(): void {
    const { response } = this;
    const writeHead = response.writeHead.bind(response) as (status: number, ...rest: unknown[]) => ServerResponse;
    response.writeHead = (status: number, ...rest: unknown[]) => {
      if (typeof rest[0] === 'string') response.statusMessage = rest[0];
      // Node takes `writeHead(200, undefined, headers)`; on-headers would lose the headers of it.
      return writeHead(status, ...rest.filter(argument => argument !== undefined));
    };
  }

  private onWrite(chunk: unknown, encoding: unknown, callback: unknown): boolean {
    this.commitHead(undefined);
    this.record(copyOf(chunk, encoding, this.maxBytes));
    const done = [encoding, callback].find(argument => typeof argument === 'function') as Callback | undefined;
    if (this.head === 'without-body' || this.response.destroyed) {
      if (done !== undefined) process.nextTick(done);
      // Nobody takes what is written: its source is to go on, but not to keep the process from all else.
      setImmediate(() => this.response.emit('drain'));
      return false;
    }
    return typeof encoding === 'string' ? this.write(chunk, encoding as BufferEncoding, done) : this.write(chunk, done);
  }

  private onEnd(first: unknown, second: unknown, third: unknown): ServerResponse {
    const done = [first, second, third].find(argument => typeof argument === 'function') as (() => void) | undefined;
    const chunk = typeof first === 'function' || first === null ? undefined : first;
    const bytes = chunk === undefined ? Buffer.alloc(0) : copyOf(chunk, second, this.maxBytes);
    this.commitHead(bytes);
    if (chunk !== undefined) this.record(bytes);

    if (chunk === undefined || this.head === 'without-body') this.end(done);
    else if (typeof second === 'string') this.end(chunk, second as BufferEncoding, done);
    else this.end(chunk, done);

    if (this.state === 'recording') {
      this.state = 'ended';
      // routing-controllers goes on to the after-middlewares right after it has ended the response: let it, then tell.
      queueMicrotask(() => {
        this.listener.onComplete(this.body());
      });
    }
    return this.response;
  }

  private commitHead(wholeBody: Buffer | 'too-large' | undefined): void {
    if (this.head !== 'pending') return;
    this.head = 'send';
    const { statusCode, statusMessage } = this.response;
    this.head = this.listener.onHead({
      status: statusCode,
      statusMessage,
      headers: this.headers.changes(),
      wholeBody: wholeBody === 'too-large' ? undefined : wholeBody,
    });
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

  private body(): Buffer {
    const [only] = this.chunks;
    if (this.chunks.length === 1 && only !== undefined) return only;
    const body = Buffer.allocUnsafeSlow(this.length);
    let offset = 0;
    for (const chunk of this.chunks) offset += chunk.copy(body, offset);
    return body;
  }
}

/** A copy, since the handler may reuse its buffer, and not from Node's pool, which a small body would keep alive whole. */
function copyOf(chunk: unknown, encoding: unknown, maxBytes: number): Buffer | 'too-large' {
  if (typeof chunk === 'string') {
    const charset = typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8';
    const length = Buffer.byteLength(chunk, charset);
    if (length > maxBytes) return 'too-large';
    const bytes = Buffer.allocUnsafeSlow(length);
    bytes.write(chunk, charset);
    return bytes;
  }
  const source = chunk as Uint8Array;
  if (source.byteLength > maxBytes) return 'too-large';
  const bytes = Buffer.allocUnsafeSlow(source.byteLength);
  bytes.set(source);
  return bytes;
}
