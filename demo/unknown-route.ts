import type { Request, Response } from 'express';
import { Middleware, NotFoundError, type ExpressMiddlewareInterface } from 'routing-controllers';
import { Service } from 'typedi';

/** Answers 404 if no controller has answered. */
@Service()
@Middleware({ type: 'after', priority: 1 })
export class UnknownRoute implements ExpressMiddlewareInterface {
  use({ method, path }: Request, response: Response, next: (error?: unknown) => void): void {
    next(response.headersSent ? undefined : new NotFoundError(`There is no ${method} ${path}. Try GET /users?limit=3`));
  }
}
