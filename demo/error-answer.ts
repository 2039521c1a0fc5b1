import { STATUS_CODES } from 'node:http';
import type { ValidationError } from 'class-validator';
import type { Request, Response } from 'express';
import { Middleware, type ExpressErrorMiddlewareInterface } from 'routing-controllers';
import { Service } from 'typedi';

/** Answers an error with a sentence, as JSON. */
@Service()
@Middleware({ type: 'after' })
export class ErrorAnswer implements ExpressErrorMiddlewareInterface {
  error(error: unknown, request: Request, response: Response, next: (error: unknown) => void): void {
    if (response.headersSent) return next(error);
    const { status, message } = toldOf(error);
    if (status >= 500) console.error(`${request.method} ${request.originalUrl}:`, error);
    response.status(status).json({ status, error: STATUS_CODES[status], message });
  }
}

/** The fields of errors of routing-controllers (`httpCode`, `errors`) and of Express (`status`). */
interface CaughtError {
  readonly httpCode?: number;
  readonly status?: number;
  readonly message?: string;
  readonly errors?: readonly ValidationError[];
}

function toldOf(error: unknown): { status: number; message: string } {
  const { httpCode, status = 500, message = '', errors } = Object(error) as CaughtError;
  const code = httpCode ?? status;
  // The cause of an internal error goes to the log only, not to the client.
  if (code >= 500) return { status: code, message: 'Something went wrong in the server. Its log says what.' };
  return { status: code, message: errors === undefined ? message : sentences(errors) };
}

function sentences(errors: readonly ValidationError[]): string {
  return errors.flatMap(({ constraints = {} }) => Object.values(constraints)).join('; ');
}
