import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';

/** A response over HTTP/2, or over HTTP/1.1 in the same form. */
export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** `hit`, `fwd=miss`, … of the `Cache-Status`. */
  readonly outcome: string | undefined;
}

export function outcomeOf({ 'cache-status': text }: IncomingHttpHeaders): string | undefined {
  return /(?:hit|fwd=\w+)/.exec(String(text ?? ''))?.[0];
}

/** Sends a request over HTTP/2. @param headers the headers, with the pseudo-headers except `:path` */
export function askByHttp2(
  client: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const stream = client.request({ ':path': path, ...headers });
    let head: IncomingHttpHeaders & { ':status'?: number } = {};
    let text = '';
    stream.setEncoding('utf8');
    stream.on('response', received => (head = received));
    stream.on('data', (chunk: string) => (text += chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      resolve({ status: head[':status'] ?? 0, headers: head, text, outcome: outcomeOf(head) });
    });
    stream.end();
  });
}
