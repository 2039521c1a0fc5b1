import type { Request, Response } from 'express';
import { Controller, Delete, Get, Method, Post, Put, Req, Res, type Action } from 'routing-controllers';
import { Cached, InvalidatesCache } from '../lib/index.js';

/** The statuses that the tests answer with: an author who lists a status says that it may be kept. */
const STATUSES = [200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599];

/** The resources of the tests. What reaches its methods has, for the tests, been forwarded to the origin. */
@Controller('/test')
export class ScriptedController {
  @Get('/:id')
  @Get('/:id/:file')
  // The origin notes all headers, and answers with none of them: by its author's word the URL is enough. It keeps nothing of callers.
  @Cached({ timeout: 3600, statuses: STATUSES, varyBy: () => '', unless: showsCaller })
  show(@Req() request: Request, @Res() response: Response): Promise<Response> {
    return answerAsScripted(request, response);
  }

  @Post('/:id')
  @Put('/:id')
  @Delete('/:id')
  @Method('m-search', '/:id')
  @InvalidatesCache()
  change(@Req() request: Request, @Res() response: Response): Promise<Response> {
    return answerAsScripted(request, response);
  }
}

function showsCaller({ request }: Action): boolean {
  const { authorization, cookie } = (request as Request).headers;
  return authorization !== undefined || cookie !== undefined;
}

async function answerAsScripted(request: Request, response: Response): Promise<Response> {
  const { default: handleTest } = await import('http-cache-tests/server/handle-test.mjs');
  handleTest([request.params.id ?? ''], asSeenNow(request), response);
  return response;
}

/** The test keeps the headers of what the origin has seen; those of the request itself go on changing. */
function asSeenNow(request: Request): Request {
  return Object.create(request, { headers: { value: { ...request.headers } } }) as Request;
}
