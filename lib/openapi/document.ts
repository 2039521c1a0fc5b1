/** An object of an OpenAPI document. The types of a document differ between the packages that define them. */
export type OpenApiObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is OpenApiObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns true for a document of OpenAPI 3. An older document writes its headers in another form. */
export function isOpenApi3(value: unknown): value is OpenApiObject {
  return isObject(value) && typeof value.openapi === 'string' && value.openapi.startsWith('3.');
}

/** Returns an object with a change of each value. */
export function mapValues(object: OpenApiObject, change: (value: unknown, key: string) => unknown): OpenApiObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}

/**
 * Returns an object of a document, or the object that its `$ref` names.
 *
 * @returns undefined if the reference leads to another document, to nothing, or to itself
 */
export function dereferenced(document: OpenApiObject, value: unknown): OpenApiObject | undefined {
  const followed = new Set<unknown>();
  let found = value;
  while (isObject(found) && typeof found.$ref === 'string') {
    if (followed.has(found) || !found.$ref.startsWith('#/')) return undefined;
    followed.add(found);
    found = valueAt(document, found.$ref.slice(2));
  }
  return isObject(found) ? found : undefined;
}

/** Returns the value at a JSON pointer (RFC 6901) in a fragment of a URI (RFC 6901 §6), without its first slash. */
function valueAt(document: OpenApiObject, pointer: string): unknown {
  return pointer
    .split('/')
    .map(token => decoded(token).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), document);
}

function decoded(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

/** Returns the paths of the servers of a document, `''` if it names none. */
export function serverPathsOf({ servers }: OpenApiObject): string[] {
  const urls = (Array.isArray(servers) ? (servers as readonly unknown[]) : []).map(server => isObject(server) && server.url);
  const paths = urls.filter(url => typeof url === 'string').map(url => url.replace(/^(?:[a-z][a-z\d+.-]*:)?\/\/[^/]*/i, ''));
  return paths.length === 0 ? [''] : paths;
}
