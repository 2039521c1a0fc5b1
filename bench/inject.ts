import { IncomingMessage, ServerResponse, type RequestListener } from 'node:http';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';

/** A request and its response, without a network. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Returns a complete request without a body, and a response whose bytes are discarded. */
export function exchangeOf(url: string, method = 'GET'): Exchange {
  const request = new IncomingMessage(new Socket());
  request.method = method;
  request.url = url;
  request.headers = { host: 'bench' };
  request.push(null);
  const response = new ServerResponse(request);
  response.assignSocket(new Sink() as unknown as Socket);
  return { request, response };
}

/** Sends a request through an application without a network, and waits for the end of its response. @returns the status */
export function inject(listener: RequestListener, url: string, method = 'GET'): Promise<number> {
  const { request, response } = exchangeOf(url, method);
  return new Promise(resolve => {
    response.on('finish', () => resolve(response.statusCode));
    listener(request, response);
  });
}

/** Discards all bytes. */
class Sink extends Writable {
  override _write(_chunk: unknown, _encoding: unknown, callback: () => void): void {
    callback();
  }
}
