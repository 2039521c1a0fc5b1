import { Agent, createServer, IncomingMessage, request, ServerResponse, type RequestListener } from 'node:http';
import { Socket, type AddressInfo } from 'node:net';
import { Writable } from 'node:stream';

export interface Received {
  readonly status: number;
  readonly cacheStatus: string;
  readonly text: string;
}

/** Sends requests to an application. */
export interface Transport {
  /** Sends a request. @throws Error if the response is incomplete */
  send(method: string, url: string, operationId: number): Promise<Received>;
  close(): Promise<void>;
}

/** The request header with the number of the operation. */
export const OPERATION_HEADER = 'x-operation';

/** Sends requests without a network, which allows several times as many requests a second. */
export class Injection implements Transport {
  constructor(private readonly listener: RequestListener) {}

  send(method: string, url: string, operationId: number): Promise<Received> {
    const incoming = new IncomingMessage(new Socket());
    incoming.method = method;
    incoming.url = url;
    incoming.headers = { host: 'torture', [OPERATION_HEADER]: String(operationId) };
    incoming.push(null);
    const response = new ServerResponse(incoming);
    const sink = new Sink();
    response.assignSocket(sink as unknown as Socket);
    return new Promise((resolve, reject) => {
      response.on('finish', () => {
        const { statusCode: status } = response;
        resolve({ status, cacheStatus: String(response.getHeader('cache-status') ?? ''), text: sink.body });
      });
      response.on('close', () => reject(new Error('The response was cut off.')));
      this.listener(incoming, response);
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Collects the bytes of a response in place of a socket. */
class Sink extends Writable {
  private readonly chunks: Buffer[] = [];

  get body(): string {
    const text = Buffer.concat(this.chunks).toString();
    return text.slice(text.indexOf('\r\n\r\n') + 4);
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, callback: () => void): void {
    this.chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    callback();
  }
}

/** Sends requests over persistent connections. */
export class RealHttp implements Transport {
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly port: number,
    private readonly stop: () => void,
  ) {}

  static async to(listener: RequestListener): Promise<RealHttp> {
    // A timeout could close an idle connection at its next use. Then the outcome of the request is unknown.
    const server = createServer({ keepAliveTimeout: 0 }, listener);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new RealHttp((server.address() as AddressInfo).port, () => {
      server.closeAllConnections();
      server.close();
    });
  }

  send(method: string, path: string, operationId: number): Promise<Received> {
    const { agent, port } = this;
    const headers = { [OPERATION_HEADER]: String(operationId), ...(method === 'GET' ? {} : { 'content-length': '0' }) };
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, agent, method, path, headers }, response => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        const { socket } = response;
        response.on('end', () => {
          // After an error response of routing-controllers, Express closes the connection. So the agent must not reuse it.
          if (response.statusCode! >= 400) socket.destroy();
          const cacheStatus = String(response.headers['cache-status'] ?? '');
          resolve({ status: response.statusCode ?? 0, cacheStatus, text: Buffer.concat(chunks).toString() });
        });
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  close(): Promise<void> {
    this.agent.destroy();
    this.stop();
    return Promise.resolve();
  }
}
