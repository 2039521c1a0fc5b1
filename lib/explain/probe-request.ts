import { ServerResponse, type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import { NullSocket } from '../http/null-socket.js';
import { inTime } from '../time/deadline.js';
import type { Address } from '../stores/store.js';
import type { Explanation } from './explanation.js';

/** The result of a probe. */
export interface ProbeResult {
  readonly explanation: Explanation;
  readonly address?: Address | undefined;
}

const PROBE = Symbol('probe');
type Probed = IncomingMessage & { [PROBE]?: ProbeRequest };

const LOOPBACK = { remoteAddress: '127.0.0.1', remoteFamily: 'IPv4', remotePort: 0, localAddress: '127.0.0.1', localPort: 0 };
/** Milliseconds that the middlewares of the app may take. */
const PROBE_TIMEOUT_MS = 10_000;

/** A synthetic request. It runs through the app like the request of a client, up to an action, and reports the decision there. */
export class ProbeRequest {
  private settle: (result: ProbeResult) => void = () => undefined;

  static of(request: unknown): ProbeRequest | undefined {
    return (request as Probed)[PROBE];
  }

  /** Sends the request through an app. */
  async sendThrough(app: RequestListener, method: string, url: string, headers: IncomingHttpHeaders): Promise<ProbeResult> {
    const socket = new NullSocket(LOOPBACK);
    const request: Probed = socket.createRequest();
    const lowered = Object.entries({ host: 'localhost', ...headers }).map(
      ([name, value]) => [name.toLowerCase(), value] as const,
    );
    Object.assign(request, { method, url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1, [PROBE]: this });
    request.headers = Object.fromEntries(lowered);
    request.rawHeaders = lowered.flatMap(([name, value = '']) => [name, String(value)]);
    const response = new ServerResponse(request);
    socket.attachResponse(response);
    const settled = new Promise<ProbeResult>(resolve => {
      this.settle = resolve;
      response.once('close', () => {
        resolve(noAction(`the app answers ${response.statusCode} before the request reaches an action`));
      });
    });
    app(request, response);
    const result = await inTime(settled, PROBE_TIMEOUT_MS, 'timeout');
    return result === 'timeout' ? noAction(`the request reached no action within ${PROBE_TIMEOUT_MS / 1000} seconds`) : result;
  }

  /** Ends the request at an action. */
  end(response: ServerResponse, result: ProbeResult): void {
    this.settle(result);
    response.statusCode = 204;
    response.end();
  }
}

/** Returns the result of a request that reaches no action. */
export function noAction(reason: string): ProbeResult {
  const nothing = {
    action: undefined,
    options: undefined,
    outcome: undefined,
    path: undefined,
    key: undefined,
    entry: undefined,
  };
  return { explanation: { ...nothing, reason } };
}
