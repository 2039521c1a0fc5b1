import { format, inspect } from 'node:util';
import type { NextFunction, Request, Response } from 'express';

/** What middlewares have put into a request and its response, as authors type it. */
export type Seen = Request & {
  user?: { id: string; name: string };
  session?: { visits: string };
  tenant?: string;
  csrfToken?(): string;
};

/** Puts what a client sent into the places where middlewares put it: none at all where the client sent nothing. */
export function middlewares(request: Request, response: Response, next: NextFunction): void {
  const seen = request as Seen;
  const { headers } = request;
  const cookies = Object.fromEntries((headers.cookie ?? '').split('; ').map(pair => pair.split('=') as [string, string]));
  Object.assign(request, { cookies });
  if (headers['x-user'] !== undefined) {
    const id = String(headers['x-user']);
    seen.user = { id, name: `name of ${id}` };
    response.locals.user = seen.user;
    response.locals.secret = `secret of ${id}`;
    Object.assign(request, { session: { visits: id }, csrfToken: () => `token of ${id}` });
    response.setHeader('X-Owner', id);
    Object.assign(response, { translate: (text: string) => `${text}, ${id}` });
  }
  if (headers['x-tenant'] !== undefined) seen.tenant = String(headers['x-tenant']);
  next();
}

/** Returns the text of a property as `console.log` prints it, which does not call the handlers of a proxy. */
function inspectedText(value: unknown, name: string): string | undefined {
  const text = typeof value === 'string' ? value : inspect(value, { depth: 4 });
  return new RegExp(`'?${name}'?: (?:\\[ )?'([^']*)'`).exec(text)?.[1];
}

type Reader = (request: Seen, response: Response) => unknown;

/** Each gives a text that depends on who asks, in one of the ways in which handlers read. */
export const readers: Record<string, Reader> = {
  'a header': request => request.headers['x-api-key'],
  'a header by get': request => request.get('X-Api-Key'),
  'a header that is asked for by in': request => 'x-api-key' in request.headers,
  'a header among all': request => Object.keys(request.headers).includes('x-api-key'),
  'a header of a copy': request => ({ ...request.headers })['x-api-key'],
  'a header by hasOwnProperty': request => Object.prototype.hasOwnProperty.call(request.headers, 'x-api-key'),
  'a raw header': request => request.rawHeaders.find((_, index, all) => all[index - 1]?.toLowerCase() === 'x-api-key'),
  'a distinct header': request => request.headersDistinct['x-api-key'],
  'the authorization': request => request.header('authorization'),
  'the header of cookies': request => request.headers.cookie,
  'a cookie': request => (request.cookies as Record<string, string>).sid,
  'another cookie': request => (request.cookies as Record<string, string>).theme,
  'all cookies': request => JSON.stringify(request.cookies),
  'the user': request => request.user?.name,
  'the user of a copy': request => ({ ...request }).user?.name,
  'the user by Reflect': request => (Reflect.get(request, 'user') as { name: string } | undefined)?.name,
  'the session': request => (request.session as Seen['session'] | undefined)?.visits,
  'a property of a middleware': request => request.tenant,
  'whether a property is absent': request => request.tenant === undefined,
  'a method of a middleware': request => request.csrfToken?.(),
  'the address': request => request.ip,
  'all addresses': request => request.ips,
  'whether it is a script': request => request.xhr,
  'the preferred type': request => request.accepts('html', 'json'),
  'the preferred language': request => request.acceptsLanguages('de', 'en'),
  'the type of a body': request => request.is('json'),
  'the URL': request => request.originalUrl,
  'a query parameter': request => request.query.page,
  'the path': request => request.path,
  'a parameter of the path': request => request.params.id,
  'the host': request => request.hostname,
  'a local': (_, response) => response.locals.secret as unknown,
  'all locals': (_, response) => JSON.stringify(response.locals),
  'the user in locals': (_, response) => (response.locals.user as Seen['user'])?.name,
  'a header of the response': (_, response) => response.getHeader('x-owner'),
  'all headers of the response': (_, response) => response.getHeaderNames().includes('x-owner'),
  'a property of the response': (_, response) =>
    (response as Response & { translate?(text: string): string }).translate?.('hello'),
  'the Referer for back': (_, response) => {
    if (response.headersSent) return undefined;
    response.location('back');
    const location = response.get('Location');
    response.removeHeader('Location');
    return location;
  },
  'an inspection of the headers': request => inspectedText(request.headers, 'x-api-key'),
  'an inspection of the headers with their proxy': request => inspectedText(format('%o', request.headers), 'x-api-key'),
  'an inspection of the raw headers': request => /key of \w+/.exec(inspect(request.rawHeaders))?.[0],
  'an inspection of the cookies': request => inspectedText(request.cookies, 'sid'),
  'an inspection of the request': request => inspectedText(request, 'x-api-key'),
  'an inspection of the locals': (_, response) => inspectedText(response.locals, 'secret'),
  'an inspection of the response': (_, response) => inspectedText(response, 'secret'),
  'nothing of the client': request => request.method,
};
