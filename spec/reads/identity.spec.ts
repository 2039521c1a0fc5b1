import type { NextFunction, Request, Response } from 'express';
import express from 'express';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Get, JsonController, Req, Res, useExpressServer } from 'routing-controllers';
import { Cached } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';

startAfresh();

/** Express' types do not have the prototypes of an application. */
const prototypesOf = ({ app }: Request) => app as unknown as { readonly request: object; readonly response: object };

const known = new WeakMap<object, string>();
let real: { request: Request; response: Response } | undefined;

function middleware(request: Request, response: Response, next: NextFunction) {
  known.set(request, 'known').set(response, 'known');
  real = { request, response };
  Object.assign(request, { user: { id: 'ann' } });
  response.locals.user = 'ann';
  next();
}

function look(request: Request, response: Response) {
  return {
    isReal: request === real?.request && response === real.response,
    isPair: request === response.req && response === request.res,
    isKnown: [known.get(request), known.get(response)],
    kinds: [request instanceof IncomingMessage, response instanceof ServerResponse],
    inherits: [
      Object.prototype.isPrototypeOf.call(prototypesOf(request).request, request),
      Object.prototype.isPrototypeOf.call(prototypesOf(request).response, response),
    ],
    keys: [Object.keys(request), Object.keys({ ...request }), Object.keys(request.headers), Object.keys(response.locals)],
    isEnumerable: Object.getOwnPropertyDescriptor(request, 'user')?.enumerable,
    stays: [request.headers === request.headers, response.locals === response.locals, response.getHeader === response.getHeader],
  };
}

function controllerOf(kept: MethodDecorator) {
  @JsonController('/look')
  class LookController {
    @Get('/json')
    @kept
    json(@Req() request: Request, @Res() response: Response) {
      return look(request, response);
    }

    @Get('/response')
    @kept
    response(@Res() response: Response) {
      response.json(look(response.req, response));
      return response;
    }

    @Get('/written')
    @kept
    written(@Req() request: Request) {
      Object.assign(request, { user: 'another', added: 1 });
      delete request.headers.accept;
      return { user: (request as Request & { user: string }).user, added: 'added' in request, accept: request.headers.accept };
    }
  }
  return LookController;
}

/** A declared response is a proxy of the real one, by which the method's own answer is told from a middleware's. */
function sameBut(path: string, text: string): unknown {
  const seen = JSON.parse(text) as Record<string, unknown>;
  if (path === 'written') return seen;
  const { isReal, isPair, isKnown, ...others } = seen;
  return { ...others, isKnown: (isKnown as unknown[])[0], flags: [typeof isReal, typeof isPair] };
}

const start = (kept: MethodDecorator) =>
  TestServer.start(useExpressServer(express().use(middleware), { controllers: [controllerOf(kept)] }));

describe('a request and a response that are watched', () => {
  it.each(['json', 'response', 'written'])('are the same for the method as without the library: %s', async path => {
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const [cached, plain] = [await start(Cached()), await start(() => undefined)];
    const headers = { host: 'one.example', accept: '*/*' };
    const [answer, twin] = [await cached.get(`/look/${path}`, headers), await plain.get(`/look/${path}`, headers)];
    expect(answer.status).toBe(200);
    expect(sameBut(path, answer.text)).toEqual(sameBut(path, twin.text));
  });

  it('are as they were when the response has ended', async () => {
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const server = await start(Cached());
    await server.get('/look/json');
    const { request, response } = real!;
    expect(Object.getPrototypeOf(request)).toBe(prototypesOf(request).request);
    expect(Object.getPrototypeOf(response)).toBe(prototypesOf(request).response);
    expect(Object.getOwnPropertyDescriptor(request, 'user')).toMatchObject({ value: { id: 'ann' }, writable: true });
  });
});
