import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const DAY_S = 24 * 60 * 60;

/** Authorises users who have seen the output of the server, as Jupyter does: a link has a token, which becomes a cookie. */
export class OwnToken {
  private readonly cookie: string;

  constructor(private readonly text: string = randomBytes(24).toString('base64url')) {
    // Cookies are shared by all ports of a host: each inspector has one of its own.
    this.cookie = `cache-inspector-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
  }

  /** To be put after the address of the page. */
  get query(): string {
    return `?token=${encodeURIComponent(this.text)}`;
  }

  /** Returns true if the URL of a request has the token. */
  isIn({ url = '' }: IncomingMessage): boolean {
    return this.isEqual(new URLSearchParams(url.split('?', 2)[1]).get('token'));
  }

  /** Returns true if the request has the cookie of an authorised browser, or the token as `Authorization: Bearer`. */
  isSentBy({ headers }: IncomingMessage): boolean {
    const [, bearer] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
    const cookies = (headers.cookie ?? '').split(';').map(cookie => cookie.trim().split('=', 2));
    return this.isEqual(bearer) || cookies.some(([name, value]) => name === this.cookie && this.isEqual(decoded(value)));
  }

  /** Authorises the browser by a cookie. @param path the mount path of the inspector */
  remember(response: ServerResponse, path: string): void {
    const value = `${this.cookie}=${encodeURIComponent(this.text)}`;
    response.appendHeader('Set-Cookie', `${value}; Path=${path}; Max-Age=${DAY_S}; HttpOnly; SameSite=Strict`);
  }

  private isEqual(given: string | null | undefined): boolean {
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
    return given !== null && given !== undefined && timingSafeEqual(digest(given), digest(this.text));
  }
}

function decoded(value = ''): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    // Not written by this library.
    return undefined;
  }
}
