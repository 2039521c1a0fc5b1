/** The error of an invalid configuration. `mistakes` and the message list every mistake. */
export class CacheConfigError extends Error {
  override readonly name = 'CacheConfigError';
  /** A stable code that programs can compare. */
  readonly code = 'CACHE_CONFIG_INVALID';

  constructor(readonly mistakes: readonly string[]) {
    super(`CACHE_CONFIG_INVALID: ${mistakes.join('\n')}`);
  }
}

/** The codes of a `CacheUsageError`. */
export type CacheUsageCode = 'CACHE_USAGE_INVALID' | 'CACHE_ALREADY_IN_USE';

/** The error of a wrong use of the library, such as a misplaced decorator or a call at the wrong time. */
export class CacheUsageError extends Error {
  override readonly name = 'CacheUsageError';

  constructor(
    /** A stable code that programs can compare. */
    readonly code: CacheUsageCode,
    readonly mistakes: readonly string[],
  ) {
    super(`${code}: ${mistakes.join('\n')}`);
  }
}

/** Returns the error of a wrong use. @param mistakes one sentence for each mistake */
export function misuse(...mistakes: readonly string[]): CacheUsageError {
  return new CacheUsageError('CACHE_USAGE_INVALID', mistakes);
}

/** A fault that the cache has survived: the request was handled without the cache. `onError` receives the fault. */
export class CacheFault extends Error {
  override readonly name = 'CacheFault';

  constructor(
    /** A stable code, one per kind of fault. */
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(`${code}: ${message}`, options);
  }
}
