import type { Request, Response } from 'express';
import { Middleware, type ExpressMiddlewareInterface } from 'routing-controllers';
import { Service } from 'typedi';

/** Logs each request, with the outcome of the cache: `GET /users/alice/friends 200 miss 38.2 ms`. */
@Service()
@Middleware({ type: 'before' })
export class RequestLog implements ExpressMiddlewareInterface {
  use({ method, originalUrl }: Request, response: Response, next: () => void): void {
    const startedAt = performance.now();
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : 'aborted';
      const ms = (performance.now() - startedAt).toFixed(1);
      console.log(`${method} ${originalUrl} ${status} ${cacheOutcome(response)} ${ms} ms`);
    });
    next();
  }
}

/** Returns the outcome in `Cache-Status` (RFC 9211): `hit`, `miss`, `collapsed` or `bypass`; `-` without this header. */
function cacheOutcome(response: Response): string {
  const status = String(response.getHeader('Cache-Status') ?? '');
  return /; (hit|collapsed)\b/.exec(status)?.[1] ?? /; fwd=(\w+)/.exec(status)?.[1] ?? '-';
}
