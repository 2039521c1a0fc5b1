import type { Request, Response } from 'express';
import { Controller, Delete, Get, Method, Post, Put, Req, Res, type Action } from 'routing-controllers';
import { Cached, InvalidatesCache } from '../lib/index.js';

/** The statuses of the tests. An author who lists a status allows the cache to store it. */
const STATUSES = [200, 203, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499, 500, 502, 503, 504, 599];

/** The resources of the tests. For the tests, a run of a method is a request that the cache forwarded to the origin. */
@Controller('/test')
export class ScriptedController {
  @Get('/:id')
  @Get('/:id/:file')
  // The origin records all headers, and its response depends on none of them. So the author declares that the URL suffices as key.
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

/** Copies the headers for the state of the test, because the headers of the request itself change later. */
function asSeenNow(request: Request): Request {
  return Object.create(request, { headers: { value: { ...request.headers } } }) as Request;
}
