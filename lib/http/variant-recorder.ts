import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import { copyChunk, concatChunks } from './body-bytes.js';
import { rawHeaderNames } from './headers.js';

/** A response that the process has sent completely. */
export interface SentResponse {
  readonly status: number;
  readonly statusMessage: string;
  /** The headers, indexed by their name in lower case. */
  readonly headers: ReadonlyMap<string, { readonly name: string; readonly value: OutgoingHttpHeader }>;
  readonly body: Buffer;
}

type Method<Result> = (...args: unknown[]) => Result;
type SentHead = Omit<SentResponse, 'body'>;

/**
 * Records the bytes that the process sends. It must be created before any middleware runs, so that it sees their output. It
 * records nothing until `start` is called.
 */
export class VariantRecorder {
  /** The sent response; `undefined` until it is complete. */
  sent: SentResponse | undefined;
  private state: 'idle' | 'recording' | 'done' = 'idle';
  private maxBytes = 0;
  private head: SentHead | undefined;
  private chunks: Buffer[] = [];
  private length = 0;
  private onDone: () => void = () => undefined;

  constructor(private readonly response: ServerResponse) {
    const writeHead = response.writeHead.bind(response) as Method<ServerResponse>;
    const write = response.write.bind(response) as Method<boolean>;
    const end = response.end.bind(response) as Method<ServerResponse>;
    response.writeHead = (...args: unknown[]) => {
      writeHead(...args);
      if (this.state === 'recording') this.head ??= headOf(response);
      return response;
    };
    response.write = (...args: unknown[]) => {
      if (this.state === 'recording') this.record(args[0], args[1]);
      return write(...args);
    };
    response.end = (...args: unknown[]) => {
      if (this.state === 'recording') this.record(args[0], args[1]);
      end(...args);
      if (this.state === 'recording') this.finish();
      return response;
    };
  }

  /** Starts recording. @param onDone called when the recording has ended, with or without a result */
  start(maxBytes: number, onDone: () => void): void {
    if (this.state !== 'idle') {
      onDone();
      return;
    }
    this.state = 'recording';
    this.maxBytes = maxBytes;
    this.onDone = onDone;
    this.response.once('close', () => {
      this.stop();
    });
  }

  private record(chunk: unknown, encoding: unknown): void {
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
    const bytes = copyChunk(chunk, encoding, this.maxBytes - this.length);
    if (bytes === 'too-large') return this.stop();
    this.chunks.push(bytes);
    this.length += bytes.length;
  }

  private finish(): void {
    if (this.head !== undefined) this.sent = { ...this.head, body: concatChunks(this.chunks, this.length) };
    this.stop();
  }

  private stop(): void {
    if (this.state !== 'recording') return;
    this.state = 'done';
    this.chunks = [];
    this.onDone();
  }
}

function headOf(response: ServerResponse): SentHead {
  const headers = new Map<string, { readonly name: string; readonly value: OutgoingHttpHeader }>();
  for (const name of rawHeaderNames(response)) {
    const value = response.getHeader(name);
    if (value !== undefined) headers.set(name.toLowerCase(), { name, value });
  }
  return { status: response.statusCode, statusMessage: response.statusMessage, headers };
}
