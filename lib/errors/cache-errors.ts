/** Configuration that cannot work. Every mistake found is in `mistakes` and in the message. */
export class CacheConfigError extends Error {
  override readonly name = 'CacheConfigError';
  /** Stable, to be compared by programs. */
  readonly code = 'CACHE_CONFIG_INVALID';

  constructor(readonly mistakes: readonly string[]) {
    super(`CACHE_CONFIG_INVALID: ${mistakes.join('\n')}`);
  }
}

/** What a `CacheUsageError` can be about. */
export type CacheUsageCode = 'CACHE_USAGE_INVALID' | 'CACHE_ALREADY_IN_USE';

/** The library used in a way that cannot work: a decorator where it does not fit, a call at the wrong time. */
export class CacheUsageError extends Error {
  override readonly name = 'CacheUsageError';

  constructor(
    /** Stable, to be compared by programs. */
    readonly code: CacheUsageCode,
    readonly mistakes: readonly string[],
  ) {
    super(`${code}: ${mistakes.join('\n')}`);
  }
}

/** A fault that the cache survived: the request was answered as if there were no cache. Handed to `onError`. */
export class CacheFault extends Error {
  override readonly name = 'CacheFault';

  constructor(
    /** Stable, one per kind of fault. */
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(`${code}: ${message}`, options);
  }
}
