/** A read of a value that depends on the client, on its connection, or on middlewares that ran before the method. */
export type Read =
  | { readonly kind: 'header'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'headers'; readonly value: unknown }
  | { readonly kind: 'cookie'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'cookies'; readonly value: unknown }
  /** A property that follows from the URL or the host. */
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

/** Describes a read, for a sentence that begins with: the method read … */
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

/** For a property of the request, the declaration that puts its value into the key. */
const DECLARATIONS: Readonly<Record<string, string | undefined>> = {
  body: '@Body()',
  params: '@Param()',
  query: '@QueryParam()',
  session: '@SessionParam()',
  user: '@CurrentUser()',
};

/** Returns the declaration with which the key covers a read. @returns `undefined` if no declaration does */
function declarationFor(read: Read): string | undefined {
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

/** Describes a read that the key does not cover, with the remedy. @param reader the method or an interceptor */
export function adviceOn(reader: string, read: Read): string {
  const declaration = declarationFor(read);
  const remedy = declaration === undefined ? 'Write' : `Declare ${declaration}, or write`;
  return `${reader} reads ${describeRead(read)}, which the key does not cover, so the response is not stored. ${remedy} varyBy or makeCacheKey.`;
}
