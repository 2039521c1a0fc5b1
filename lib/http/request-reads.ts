import type { ServerResponse } from 'node:http';

/** Express' own ways to answer with more of the request than the method declares. */
type ExpressResponse = ServerResponse & {
  readonly locals?: object;
  jsonp?: (this: unknown, ...args: unknown[]) => unknown;
  render?: (this: unknown, ...args: unknown[]) => unknown;
  location?: (this: unknown, ...args: unknown[]) => unknown;
};

/**
 * Tells when a response is made of the request behind the method's back: `res.jsonp` answers with the callback that the query names,
 * `res.render` with what middlewares have put into `res.locals`, `res.location('back')` and `res.redirect('back')` with the `Referer`.
 */
export function noticeRequestReads(response: ExpressResponse, isLocalsKeyed: boolean, onRead: () => void): void {
  const { jsonp, render, location } = response;
  if (jsonp !== undefined) {
    response.jsonp = function (...args) {
      onRead();
      return jsonp.apply(this, args);
    };
  }
  if (render !== undefined && !isLocalsKeyed) {
    response.render = function (...args) {
      if (Object.keys(response.locals ?? {}).length > 0) onRead();
      return render.apply(this, args);
    };
  }
  if (location !== undefined) {
    response.location = function (...args) {
      if (args[0] === 'back') onRead();
      return location.apply(this, args);
    };
  }
}
