/**
 * Tests whether a method rejected the request before it changed data: it threw an `HttpError` with a status below 500. The test
 * reads `httpCode`, as routing-controllers does, because the class may come from another copy of the package.
 */
export function isClientError(error: unknown): boolean {
  const httpCode = (error as { httpCode?: unknown } | null | undefined)?.httpCode;
  return typeof httpCode === 'number' && httpCode < 500;
}
