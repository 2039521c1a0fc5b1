import { ServerResponse, type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import { NullSocket } from '../http/null-socket.js';
import { inTime } from '../time/deadline.js';
import type { Address } from '../stores/store.js';
import type { Explanation } from './explanation.js';

/** What a probe has met. */
export interface ProbeResult {
  readonly explanation: Explanation;
  readonly address?: Address | undefined;
}

const PROBE = Symbol('probe');
type Probed = IncomingMessage & { [PROBE]?: ProbeRequest };

const LOOPBACK = { remoteAddress: '127.0.0.1', remoteFamily: 'IPv4', remotePort: 0, localAddress: '127.0.0.1', localPort: 0 };
/** Milliseconds that the app's middlewares may take. */
const PROBE_TIMEOUT_MS = 10_000;

/** A request of the cache's own, that goes the way of a client's up to the method of an action, and tells what it has met there. */
export class ProbeRequest {
  private settle: (finding: ProbeResult) => void = () => undefined;

  static of(request: unknown): ProbeRequest | undefined {
    return (request as Probed)[PROBE];
  }

  /** Sends it through an app. */
  async sendThrough(app: RequestListener, method: string, url: string, headers: IncomingHttpHeaders): Promise<ProbeResult> {
    const nobody = new NullSocket(LOOPBACK);
    const request: Probed = nobody.createRequest();
    const lowered = Object.entries({ host: 'localhost', ...headers }).map(
      ([name, value]) => [name.toLowerCase(), value] as const,
    );
    Object.assign(request, { method, url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1, [PROBE]: this });
    request.headers = Object.fromEntries(lowered);
    request.rawHeaders = lowered.flatMap(([name, value = '']) => [name, String(value)]);
    const response = new ServerResponse(request);
    nobody.attachResponse(response);
    const met = new Promise<ProbeResult>(resolve => {
      this.settle = resolve;
      response.once('close', () => {
        resolve(notMet(`the app answers ${response.statusCode} before any action is asked`));
      });
    });
    app(request, response);
    const finding = await inTime(met, PROBE_TIMEOUT_MS, 'late');
    return finding === 'late' ? notMet(`the app has not come to an action in ${PROBE_TIMEOUT_MS / 1000} seconds`) : finding;
  }

  /** It has come to an action, and its way ends here. */
  end(response: ServerResponse, finding: ProbeResult): void {
    this.settle(finding);
    response.statusCode = 204;
    response.end();
  }
}

/** No action was asked. */
export function notMet(reason: string): ProbeResult {
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
