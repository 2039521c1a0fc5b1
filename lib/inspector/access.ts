import type { IncomingMessage } from 'node:http';

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const LOCAL_HOST = /^(?:localhost|[\w-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;
const REMEDY = 'Pass cacheInspector({ authorize }) to admit others.';

/** Returns the reason why a request is refused if `authorize` is not set. @returns undefined if the request is allowed */
export function loopbackRefusal({ socket, headers }: IncomingMessage): string | undefined {
  // By the socket only, because its sender chooses the headers.
  if (!LOOPBACK.test(socket.remoteAddress ?? '')) return `The cache inspector answers requests of this machine only. ${REMEDY}`;
  // Behind a proxy of this machine everybody comes from it.
  const isForwarded = Object.keys(headers).some(
    name => name === 'via' || name === 'forwarded' || name.startsWith('x-forwarded-'),
  );
  if (isForwarded) return `The cache inspector does not answer through a proxy. ${REMEDY}`;
  // A page of another site can resolve its own host name to this machine (DNS rebinding).
  if (!LOCAL_HOST.test(headers.host ?? '')) return `The cache inspector answers requests for localhost only. ${REMEDY}`;
  return undefined;
}

/** Why a request without the token is not answered. */
export const NO_TOKEN = `The cache inspector asks for its token: open the link with ?token=… that the server has printed. ${REMEDY}`;

/** Why a change may have been sent by a page of another site; `undefined`: it was not. */
export function forgeryRefusal({ headers }: IncomingMessage): string | undefined {
  // A form can send neither header. A script of another origin needs a preflight, which the inspector does not answer.
  if (headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== 'application/json')
    return 'A change is sent as application/json.';
  if (headers['x-cache-inspector'] !== '1') return 'A change is sent with X-Cache-Inspector: 1.';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return 'A change is sent by the page of the inspector.';
  if (headers.origin !== undefined && hostOf(headers.origin) !== headers.host?.toLowerCase()) {
    return 'A change is sent by the page of the inspector.';
  }
  return undefined;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
