/** The kinds of findings of `cache.audit()`. */
export type AuditCode =
  'CHANGE_UNDECLARED' | 'NEVER_INVALIDATED' | 'READS_UNDECLARED' | 'TAG_ONE_SIDED' | 'TARGET_REACHES_NOTHING';

/** A probable mistake in the invalidation of a program. */
export interface AuditFinding {
  readonly code: AuditCode;
  /** The method: `Class.method`. */
  readonly where: string;
  /** The mistake, and the text to write instead. */
  readonly message: string;
}

/** A change that certainly invalidates a result, at least for some parameters. */
export interface Invalidation {
  /** The `name` of the change. */
  readonly change: string;
  readonly how: 'path' | 'tag';
  /** The path prefix or the tag, as written in the target. */
  readonly target: string;
}

/** A `@Cached` action, or a `@Memoized` method. */
export interface AuditedAction {
  /** `Class.method`. */
  readonly name: string;
  readonly kind: 'action' | 'memoized';
  /** The HTTP method. Undefined for a memoized method. */
  readonly method?: string;
  /** The route, after the mount path and the `routePrefix` if a server has the controller. Undefined for a memoized method. */
  readonly route?: string;
  /** The lifetime in seconds; 0 never expires. */
  readonly timeout: number;
  /** The fixed tags. */
  readonly tags: readonly string[];
  /** True if a function returns the tags, or reads of a database do, so that they are unknown. */
  readonly hasUnknownTags: boolean;
  /** True if its tags are `'derived'`: the changes of a followed database invalidate it, without a target. */
  readonly derivesTags: boolean;
  readonly invalidatedBy: readonly Invalidation[];
  /** The names of other changes that may invalidate it: by a function, by a pattern, or through a memoized result that it may use. */
  readonly mayBeInvalidatedBy: readonly string[];
}

/** An action that changes data, or any other method with `@InvalidatesCache`. */
export interface AuditedChange {
  /** `Class.method`. */
  readonly name: string;
  readonly kind: 'action' | 'service';
  /** The HTTP method. Undefined for a method of a service. */
  readonly method?: string;
  /** The route, as in `AuditedAction`. */
  readonly route?: string;
  /**
   * `'targets'`: it has `@InvalidatesCache`. `'nothing'`: it has `@ChangesNothing`. `'undeclared'`: it has neither, which is a
   * finding.
   */
  readonly declares: 'targets' | 'nothing' | 'undeclared';
  /** The fixed paths, as written. A change without a target has the path of its own route. */
  readonly paths: readonly string[];
  /** The fixed tags. */
  readonly tags: readonly string[];
  /** True if a function returns targets, so that they are unknown. */
  readonly hasUnknownTargets: boolean;
}

/** The declared invalidation of a program, with the probable mistakes in it. */
export interface Audit {
  /** The cached actions, then the memoized methods, each sorted by name. */
  readonly actions: readonly AuditedAction[];
  /** The changes, sorted by name. */
  readonly changes: readonly AuditedChange[];
  /** Sorted by method, then by code. */
  readonly findings: readonly AuditFinding[];
}
