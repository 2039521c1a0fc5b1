/**
 * The root of all memoized results. No route with parameters matches its empty segment, so no request can invalidate below it,
 * but `/` does.
 */
export const MEMOIZED_ROOT = '//memoized';

/** A SHA-256 digest in base64url. */
const RESULT_TAG = /^(\/\/memoized\/.* )\([\w-]{43}\)$/s;

/** Returns the tag of all results of a method on a class. */
export function methodTag(classPath: string, method: string): string {
  return `${MEMOIZED_ROOT}${classPath} ${method}`;
}

/** Returns the tag of the computations that have used the result of one call. @param digest the digest of the method and its arguments */
export function resultTag(ofMethod: string, digest: string): string {
  return `${ofMethod} (${digest})`;
}

/** Returns the tag of the computations that have used many results of a method. An invalidation of any result reaches them. */
export function anyResultTag(ofMethod: string): string {
  return `${ofMethod} (*)`;
}

/** Returns the tag of any result of the same method. @returns undefined if the tag is not the tag of one result */
export function coarseTag(tag: string): string | undefined {
  const ofMethod = RESULT_TAG.exec(tag)?.[1];
  return ofMethod === undefined ? undefined : `${ofMethod}(*)`;
}
