import type { ActionMetadata } from 'routing-controllers';
import { CacheUsageError } from '../errors.js';
import { prefixesOf, type ChangeContext, type InvalidationTarget } from '../config/invalidation-target.js';
import { namesIn } from '../keys/prefix.js';
import { ActionPath } from './action-path.js';
import type { ActionCall } from './action-call.js';
import { prefixMistake } from './prefix-mistake.js';
import type { Class, Registry } from './registry.js';

/** An action that invalidates: what its requests make out of date. */
export class ChangingAction {
  /** Class and method, for messages. */
  readonly name: string;
  private readonly targets: readonly (InvalidationTarget | undefined)[];
  private readonly path: ActionPath;

  constructor(owner: Class, metadata: ActionMetadata, registry: Registry) {
    this.name = `${metadata.target.name}.${metadata.method}`;
    this.targets = registry.rulesOf(owner, metadata.method)?.invalidates ?? [];
    this.path = new ActionPath(metadata);
  }

  /**
   * The whole paths that a change by this call makes out of date.
   *
   * @throws when a target function does, or gives what is no path
   */
  prefixesOf(call: ActionCall, result: unknown): string[] {
    return this.targets.flatMap(target => this.reachedBy(target, call, result));
  }

  /** What is known of it before the method has run: the fixed targets, and what functions give without a result. */
  prefixesBefore(call: ActionCall): string[] {
    return this.targets.flatMap(target => {
      try {
        return this.reachedBy(target, call, undefined);
      } catch {
        // It needs the result; or it cannot work at all, which is told when the change has been made.
        return [];
      }
    });
  }

  private reachedBy(target: InvalidationTarget | undefined, call: ActionCall, result: unknown): string[] {
    if (target === undefined) return this.path.spellingsOf(call);
    const context: ChangeContext = { action: call.action, args: call.args, result };
    return prefixesOf(typeof target === 'function' ? target(context) : target).flatMap(prefix => this.filled(prefix, call));
  }

  private filled(prefix: unknown, call: ActionCall): string[] {
    const mistake = prefixMistake(prefix);
    const filled = mistake === undefined ? this.path.fill(prefix as string, call) : [];
    if (filled.length > 0) return filled;
    const why =
      mistake ??
      `names ${namesIn(prefix as string)
        .map(name => `:${name}`)
        .join(', ')}, for which the request has no value.`;
    throw new CacheUsageError('CACHE_USAGE_INVALID', [`${this.name}: the target of @InvalidatesCache ${why}`]);
  }
}
