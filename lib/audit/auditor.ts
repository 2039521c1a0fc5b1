import type { DecoratorRegistry } from '../actions/decorator-registry.js';
import type { LoadedActions } from '../actions/loaded-actions.js';
import type { MemoizedMethods } from '../memoized/memoize.js';
import { CacheConfig } from '../options/cache-config.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { InvalidatingMethods } from '../writes/invalidating-methods.js';
import type { Audit, AuditFinding } from './audit.js';
import { cachedResult, memoizedResult, type CachedResult } from './cached-results.js';
import { changeOfAction, changeOfService, type DeclaredChange } from './declared-changes.js';
import { nameOfAction } from './described-action.js';
import { idleTargets, oneSidedTags, undeclaredChanges, unreachedActions, type AuditedProgram } from './findings.js';
import { withInvalidations } from './target-reach.js';
import { uncoveredRead } from './uncovered-reads.js';

/** The sources of an audit. */
export interface AuditSources {
  readonly registry: DecoratorRegistry;
  readonly loaded: LoadedActions;
  readonly memoized: MemoizedMethods;
  readonly invalidating: InvalidatingMethods;
  readonly current: RuntimeHolder;
}

/** Compares the cached results of the program with its changes. */
export class Auditor {
  constructor(private readonly sources: AuditSources) {}

  audit(): Audit {
    const program = this.program();
    const actions = withInvalidations(program.results, program.changes);
    const findings = [
      ...undeclaredChanges(program),
      ...unreachedActions(program, actions),
      ...idleTargets(program),
      ...oneSidedTags(program),
      ...this.readsOutsideKeys(),
    ];
    return {
      actions,
      changes: program.changes.map(({ report }) => report),
      findings: sorted(findings, ({ where, code, message }) => [where, code, message]),
    };
  }

  private program(): AuditedProgram {
    const { registry, loaded, memoized, invalidating } = this.sources;
    const defaultTimeout = (this.sources.current.currentOrUndefined()?.config ?? new CacheConfig()).defaultTimeout;
    const actions = loaded.all();
    const results = [
      ...actions.map(action => cachedResult(action, registry, defaultTimeout)),
      ...memoized.all.map(method => memoizedResult(method, defaultTimeout)),
    ].filter(result => result !== undefined);
    const changes = [
      ...actions.map(action => changeOfAction(action, registry)),
      ...invalidating.services().map(changeOfService),
    ].filter(change => change !== undefined);
    return { results: sorted(results, keyOfResult), changes: sorted(changes, keyOfChange) };
  }

  /** Finds the reads that the library has observed while methods ran, else those in the text of methods. */
  private readsOutsideKeys(): AuditFinding[] {
    const { current, loaded, registry } = this.sources;
    const runtime = current.currentOrUndefined();
    const advice = new Map(runtime?.faults.uncoveredReads);
    // It may read the same, and it is a function.
    const isUnknown = runtime?.config.varyBy !== undefined;
    for (const action of isUnknown ? [] : loaded.all()) {
      const name = nameOfAction(action);
      const written = advice.has(name) ? undefined : uncoveredRead(action, registry);
      if (written !== undefined) advice.set(name, written);
    }
    return [...advice].map(([where, message]) => ({ code: 'READS_UNDECLARED', where, message }));
  }
}

function keyOfResult({ report }: CachedResult): readonly unknown[] {
  return [report.kind, report.name, report.route, report.method, report.tags, report.timeout];
}

function keyOfChange({ report }: DeclaredChange): readonly unknown[] {
  return [report.name, report.route, report.method, report.paths, report.tags, report.hasUnknownTargets];
}

/** Sorts by a key, and drops items with the same key: two servers may have one action. */
function sorted<Item>(items: readonly Item[], keyOf: (item: Item) => readonly unknown[]): Item[] {
  const byKey = new Map(items.map(item => [JSON.stringify(keyOf(item)), item]));
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, item]) => item);
}
