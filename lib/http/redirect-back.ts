import type { ServerResponse } from 'node:http';

type ExpressResponse = ServerResponse & { location?: (this: unknown, ...args: unknown[]) => unknown };

/** Calls back when routing-controllers redirects to `'back'`: the `Location` is then the `Referer` of the request. */
export function noticeRedirectBack(response: ExpressResponse, onBack: () => void): void {
  const { location } = response;
  if (location === undefined) return;
  response.location = function (...args) {
    if (args[0] === 'back') onBack();
    return location.apply(this, args);
  };
}
