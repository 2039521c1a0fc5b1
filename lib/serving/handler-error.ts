/**
 * Whether what a method threw says that the request was wrong, so that nothing has changed: an `HttpError` below 500. Told by its
 * `httpCode`, as routing-controllers does: the class may come from another copy of the package.
 */
export function isClientError(error: unknown): boolean {
  const httpCode = (error as { httpCode?: unknown } | null | undefined)?.httpCode;
  return typeof httpCode === 'number' && httpCode < 500;
}
