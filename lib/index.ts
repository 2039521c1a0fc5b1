// This import must be first: the later ones may not load on an older Node.
import './cache/node-version.js';

import { processCache } from './cache/process-cache.js';
import type { Cache } from './cache/cache.js';

export { CacheConfig } from './options/cache-config.js';
export { Cached } from './decorators/cached.js';
export { CacheDefaults } from './decorators/cache-defaults.js';
export { ChangesNothing } from './decorators/changes-nothing.js';
export { InvalidatesCache } from './decorators/invalidates-cache.js';
export { Memoized } from './decorators/memoized.js';
export { CacheConfigError, CacheUsageError } from './errors/cache-errors.js';
export { onCacheEvent } from './events/channels.js';
export { cacheControl } from './serving/response-control.js';
export { NullStore } from './stores/null-store.js';
export { SimpleStore } from './stores/simple/simple-store.js';

export type { Cache } from './cache/cache.js';
export type { Audit, AuditCode, AuditedAction, AuditedChange, AuditFinding, Invalidation } from './audit/audit.js';
export type { CacheOptions } from './options/cache-config.js';
export type { CacheConfigSource } from './options/resolve-config.js';
export type { Action } from './options/action.js';
export type { CacheDefaultsOptions } from './options/cache-defaults-options.js';
export type { CachedOptions, FilteredResponse } from './options/cached-options.js';
export type { VaryBy, VaryByHeaders } from './options/vary-by.js';
export type { VerifyOptions } from './options/verify-options.js';
export type {
  ChangeContext,
  ChangeTarget,
  InvalidatedNames,
  InvalidationOptions,
  InvalidationTarget,
} from './options/invalidation-target.js';
export type { MemoizedOptions } from './options/memoized-options.js';
export type { MemoizedClass, MethodOf } from './memoized/memoize.js';
export type { CacheFault, CacheUsageCode } from './errors/cache-errors.js';
export type { ResponseControl } from './serving/response-control.js';
export type { ExplainedEntry, Explanation } from './explain/explanation.js';
export type { CacheStats } from './runtime/stats.js';
export type { VerificationReport } from './verification/verification.js';
export type {
  BreakerEvent,
  CacheEvents,
  EvictedEvent,
  FaultEvent,
  InvalidatedEvent,
  OperationEvent,
  OutcomeEvent,
  StoredEvent,
  Suspect,
  VerifiedEvent,
} from './events/channels.js';
export type { SimpleStoreOptions } from './stores/simple/simple-store.js';
export type {
  Address,
  WriteIntent,
  FillLock,
  ReleaseReason,
  Entry,
  Lease,
  LookupHit,
  InvalidationResult,
  ListedEntry,
  LookupResult,
  MaybePromise,
  LookupMiss,
  OpenableStore,
  Store,
  StoreSettings,
  StoreSize,
  Targets,
  Undelivered,
  Unreachable,
} from './stores/store.js';
export type { StoredResponse, HeaderChange } from './http/stored-response.js';
export type { Variant } from './http/variant.js';
export type { CanonicalPath } from './keys/canonical-path.js';
export type { Clock } from './time/clock.js';

/** The one cache of this process. */
export const cache: Cache = processCache.cache;
