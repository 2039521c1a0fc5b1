import type { ServerResponse } from 'node:http';

/** Express' own ways to answer with more of the request than the method declares. */
type ExpressResponse = ServerResponse & {
  readonly locals?: object;
  jsonp?: (...args: unknown[]) => unknown;
  render?: (...args: unknown[]) => unknown;
  location?: (...args: unknown[]) => unknown;
};

/**
 * Tells when a response is made of the request behind the method's back: `res.jsonp` answers with the callback that the query names,
 * `res.render` with what middlewares have put into `res.locals`, `res.location('back')` and `res.redirect('back')` with the `Referer`.
 */
export function noticeRequestReads(response: ExpressResponse, isLocalsKeyed: boolean, onRead: () => void): void {
  const { jsonp, render, location } = response;
  if (jsonp !== undefined) {
    response.jsonp = (...args) => {
      onRead();
      return jsonp.apply(response, args);
    };
  }
  if (render !== undefined && !isLocalsKeyed) {
    response.render = (...args) => {
      if (Object.keys(response.locals ?? {}).length > 0) onRead();
      return render.apply(response, args);
    };
  }
  if (location !== undefined) {
    response.location = (...args) => {
      if (args[0] === 'back') onRead();
      return location.apply(response, args);
    };
  }
}
