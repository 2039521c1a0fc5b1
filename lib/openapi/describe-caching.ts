import { declaredResponse } from '../actions/declared-response.js';
import type { LoadedAction } from '../actions/loaded-actions.js';
import { changeOfAction } from '../audit/declared-changes.js';
import { processCache } from '../cache/process-cache.js';
import { misuse } from '../errors/cache-errors.js';
import { formatValue } from '../errors/format-value.js';
import { ROUTE_PARAMETER } from '../keys/route-segments.js';
import { CacheConfig } from '../options/cache-config.js';
import { withCaching } from './cached-responses.js';
import { cachingHeaders } from './caching-headers.js';
import { dereferenced, isObject, isOpenApi3, mapValues, serverPathsOf, type OpenApiObject } from './document.js';
import { actionOf, type OperationAction } from './operation-action.js';

/** The methods of the operations of a Path Item Object. */
const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

/**
 * Describes the caching of the program in an OpenAPI document.
 *
 * - A response of a `@Cached` action that may be stored gets the headers that the library may send with it: `ETag`, `Cache-Control`,
 *   `Age`, `Cache-Status`, `Vary`. The operation gets the response 304.
 * - An operation with `@InvalidatesCache` gets `x-invalidates`: `paths` are path prefixes in the form of the document, and `tags` are tags.
 *   `isComplete` is false if a function returns targets, because they are unknown before a call.
 *
 * The library finds the action of an operation by path and method. The path may lack the `routePrefix` of the app. An operation of an
 * unknown action, or of a route with a pattern, stays as it is. The headers, the 304 and the `x-invalidates` of the author stay, too.
 *
 * Call the function after `cache.configure`: the names in `Cache-Status` and `Vary` depend on the configuration.
 *
 * @param spec a document of OpenAPI 3.0 or later, such as the result of `routingControllersToSpec`. It does not change.
 * @returns a new document
 * @throws CacheUsageError if the argument is no such document
 *
 * @example
 * ```ts
 * import { getMetadataArgsStorage } from 'routing-controllers';
 * import { routingControllersToSpec } from 'routing-controllers-openapi';
 * import { describeCaching } from 'routing-controllers-cache/openapi';
 *
 * const spec = describeCaching(routingControllersToSpec(getMetadataArgsStorage()));
 * ```
 */
export function describeCaching<Spec extends object>(spec: Spec): Spec {
  if (!isOpenApi3(spec)) {
    const given = `describeCaching(${formatValue(spec)}) has no OpenAPI document of version 3.`;
    throw misuse(`${given} Write describeCaching(routingControllersToSpec(getMetadataArgsStorage())).`);
  }
  const document: OpenApiObject = spec;
  if (!isObject(document.paths)) return spec;
  const actions = processCache.startUp.loaded.all();
  const serverPaths = serverPathsOf(document);
  const paths = mapValues(document.paths, (item, path) =>
    isObject(item)
      ? mapValues(item, (operation, method) => {
          if (!METHODS.has(method) || !isObject(operation)) return operation;
          const found = actionOf({ path, method, operationId: operation.operationId, serverPaths }, actions);
          return found === undefined ? operation : described(document, operation, found);
        })
      : item,
  );
  return { ...spec, paths };
}

function described(document: OpenApiObject, operation: OpenApiObject, { action, base }: OperationAction): OpenApiObject {
  const invalidates = operation['x-invalidates'] === undefined ? invalidatedBy(action, base) : undefined;
  const withInvalidation = invalidates === undefined ? operation : { ...operation, 'x-invalidates': invalidates };
  const declared = declaredResponse(action, processCache.registry);
  if (declared === undefined || !isObject(operation.responses)) return withInvalidation;
  const config = processCache.current.currentOrUndefined()?.config ?? new CacheConfig();
  const caching = { statuses: declared.statuses, headers: cachingHeaders(declared, config) };
  const responses = withCaching(operation.responses, caching, response => dereferenced(document, response));
  return { ...withInvalidation, responses };
}

/** Describes the targets of a change. @returns undefined if the action declares none */
function invalidatedBy(action: LoadedAction, base: string): OpenApiObject | undefined {
  const change = changeOfAction(action, processCache.registry);
  if (change?.report.declares !== 'targets') return undefined;
  const { paths, tags, hasUnknownTargets } = change.report;
  return { paths: paths.map(path => documentPath(base, path)), tags, isComplete: !hasUnknownTargets };
}

/** Writes the path of a target in the form of the document: `/users/:username` becomes `/api/users/{username}`. */
function documentPath(base: string, path: string): string {
  return `${base}${path}`.replace(ROUTE_PARAMETER, '{$1}').replace(/(?<=.)\/$/, '');
}
