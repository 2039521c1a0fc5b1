import type { ServerResponse } from 'node:http';

type ExpressResponse = ServerResponse & { location?: (this: unknown, ...args: unknown[]) => unknown };

/** Tells when a redirect that routing-controllers makes goes `'back'`, so that it is made of the request's `Referer`. */
export function noticeRedirectBack(response: ExpressResponse, onBack: () => void): void {
  const { location } = response;
  if (location === undefined) return;
  response.location = function (...args) {
    if (args[0] === 'back') onBack();
    return location.apply(this, args);
  };
}
