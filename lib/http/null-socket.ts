import { IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Properties that identify the client. They are copied, because the real socket loses them when it closes. */
const PEER_ADDRESS_FIELDS = ['remoteAddress', 'remoteFamily', 'remotePort', 'localAddress', 'localPort', 'encrypted'] as const;

/** A socket without a peer. It accepts each write at once and discards the bytes. */
export class NullSocket extends Duplex {
  /** @param peer the socket whose addresses this one has */
  constructor(peer: object) {
    super();
    for (const name of PEER_ADDRESS_FIELDS) {
      if (name in peer) Object.defineProperty(this, name, { configurable: true, value: (peer as Record<string, unknown>)[name] });
    }
  }

  override _read(): void {
    this.push(null);
  }

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done();
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  /** Creates a complete request without a body on this socket. */
  createRequest(): IncomingMessage {
    const request = new IncomingMessage(this as unknown as Socket);
    request.complete = true;
    request.push(null);
    return request;
  }

  /** Attaches a response, forwards `drain` to its writer, and closes when the response is finished, as a server does. */
  attachResponse(response: ServerResponse): void {
    response.assignSocket(this as unknown as Socket);
    this.on('drain', () => response.emit('drain'));
    response.once('finish', () => this.destroy());
  }
}
