import { IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** What of a connection says who the client is: it may be gone by the time that somebody asks. */
const PEER_ADDRESS_FIELDS = ['remoteAddress', 'remoteFamily', 'remotePort', 'localAddress', 'localPort', 'encrypted'] as const;

/** A connection to nobody: it takes all that is written, at once. */
export class NullSocket extends Duplex {
  /** @param peer whose address requests have */
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

  /** A request over this connection. It has come whole, and has no body. */
  createRequest(): IncomingMessage {
    const request = new IncomingMessage(this as unknown as Socket);
    request.complete = true;
    request.push(null);
    return request;
  }

  /** Takes a response, lets its writer go on, and closes when it has been sent, as a server does. */
  attachResponse(response: ServerResponse): void {
    response.assignSocket(this as unknown as Socket);
    this.on('drain', () => response.emit('drain'));
    response.once('finish', () => this.destroy());
  }
}
