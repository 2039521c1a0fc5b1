import 'reflect-metadata';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { createExpressServer, type RoutingControllersOptions } from 'routing-controllers';

/** A response as received. */
export interface Answer {
  readonly status: number;
  readonly statusMessage: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  /** The `Cache-Status` after the name of the cache: `hit`, `fwd=miss`, … without `ttl` and `detail`. */
  readonly outcome: string | undefined;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const running: TestServer[] = [];

/** A real server on a free port. The end of the spec stops it. */
export class TestServer {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(listener: RequestListener, options: ServerOptions = {}): Promise<TestServer> {
    const server = createServer(options, listener);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const started = new TestServer(server, (server.address() as AddressInfo).port);
    running.push(started);
    return started;
  }

  /** Serves controllers, as an application does. */
  static ofControllers(
    controllers: readonly (new (...args: never[]) => unknown)[],
    options: RoutingControllersOptions = {},
  ): Promise<TestServer> {
    return TestServer.start(appOf(controllers, options));
  }

  get base(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send(path, { headers });
  }

  put(path: string, body: unknown = {}): Promise<Answer> {
    return this.send(path, { method: 'PUT', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  }

  /** Sends the path unchanged. `fetch` would normalise it. */
  send(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        { host: '127.0.0.1', port: this.port, path, method, headers: { ...headers, ...lengthOf(body) }, agent: false },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const whole = Buffer.concat(chunks);
            resolve({
              status: response.statusCode ?? 0,
              statusMessage: response.statusMessage ?? '',
              headers: response.headers,
              body: whole,
              text: whole.toString(),
              outcome: outcomeOf(response.headers['cache-status']),
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }
}

export function appOf(
  controllers: readonly (new (...args: never[]) => unknown)[],
  options: RoutingControllersOptions = {},
): RequestListener {
  return createExpressServer({ controllers: [...controllers], ...options }) as RequestListener;
}

/** Node sends a body with GET only if the request has a length. */
function lengthOf(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

function outcomeOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  return String(header)
    .replace(/^[^;]*; /, '')
    .replace(/; (ttl|detail)=.*$/, '');
}

/** Stops all servers. Call this function after each test. */
export async function stopServers(): Promise<void> {
  await Promise.all(running.splice(0).map(server => server.stop()));
}
