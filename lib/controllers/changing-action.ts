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
    const context: ChangeContext = { action: call.action, args: call.args, result };
    return this.targets.flatMap(target => {
      if (target === undefined) return this.path.spellingsOf(call);
      return prefixesOf(typeof target === 'function' ? target(context) : target).flatMap(prefix => this.filled(prefix, call));
    });
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
