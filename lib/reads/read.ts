/** One read of something that a request brought with it: by its client, its connection, or the middlewares that saw it first. */
export type Read =
  | { readonly kind: 'header'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'headers'; readonly value: unknown }
  | { readonly kind: 'cookie'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'cookies'; readonly value: unknown }
  /** A part of the URL, or of the host. */
  | { readonly kind: 'url'; readonly name: string; readonly value: unknown }
  /** Any other property of the request. */
  | { readonly kind: 'request'; readonly name: string; readonly value: unknown }
  /** A property that a middleware added to the response. */
  | { readonly kind: 'response'; readonly name: string; readonly value: unknown }
  /** A header that a middleware set in the response. */
  | { readonly kind: 'response-header'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'response-headers'; readonly value: unknown }
  | { readonly kind: 'local'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'locals'; readonly value: unknown }
  | { readonly kind: 'connection'; readonly name: string; readonly value: unknown };

/** Names what was read, as in: the method read … */
export function describeRead(read: Read): string {
  switch (read.kind) {
    case 'header':
      return `the header ${read.name}`;
    case 'headers':
      return 'all headers of the request';
    case 'cookie':
      return `the cookie ${read.name}`;
    case 'cookies':
      return 'all cookies of the request';
    case 'url':
    case 'request':
      return `request.${read.name}`;
    case 'response':
      return `response.${read.name}`;
    case 'response-header':
      return `the response header ${read.name}, which it did not set`;
    case 'response-headers':
      return 'all headers of the response';
    case 'local':
      return `response.locals.${read.name}`;
    case 'locals':
      return 'all of response.locals';
    case 'connection':
      return `${read.name} of the connection`;
  }
}

/** The declarations that put what is read from a property of the request into the key. */
const DECLARATIONS: Readonly<Record<string, string | undefined>> = {
  body: '@Body()',
  params: '@Param()',
  query: '@QueryParam()',
  session: '@SessionParam()',
  user: '@CurrentUser()',
};

/** Names what an author can declare, so that the key covers a read. @returns `undefined` if there is no such declaration */
export function declarationFor(read: Read): string | undefined {
  switch (read.kind) {
    case 'header':
      return `@HeaderParam('${read.name}')`;
    case 'headers':
      return '@HeaderParams()';
    case 'cookie':
      return `@CookieParam('${read.name}')`;
    case 'cookies':
      return '@CookieParams()';
    case 'url':
      return DECLARATIONS[read.name] ?? '@Req()';
    case 'request':
    case 'local':
      return Object.hasOwn(DECLARATIONS, read.name) ? DECLARATIONS[read.name] : undefined;
    default:
      return undefined;
  }
}
