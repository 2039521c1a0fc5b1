import { IncomingMessage, ServerResponse, type RequestListener } from 'node:http';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';

/** Sends a GET through an application without a network, and waits for the end of its response. @returns the status */
export function inject(listener: RequestListener, url: string): Promise<number> {
  const request = new IncomingMessage(new Socket());
  request.method = 'GET';
  request.url = url;
  request.headers = { host: 'bench' };
  request.push(null);
  const response = new ServerResponse(request);
  response.assignSocket(new Sink() as unknown as Socket);
  return new Promise(resolve => {
    response.on('finish', () => resolve(response.statusCode));
    listener(request, response);
  });
}

/** Takes all that is written, and keeps nothing. */
class Sink extends Writable {
  override _write(_chunk: unknown, _encoding: unknown, callback: () => void): void {
    callback();
  }
}
