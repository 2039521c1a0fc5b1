import type { ActionMetadata } from 'routing-controllers';
import { CacheUsageError } from '../errors/cache-errors.js';
import { parseTarget, type ChangeContext, type InvalidationTarget } from '../options/invalidation-target.js';
import { parameterNames } from '../keys/path-template.js';
import { ActionPath } from './action-path.js';
import { bearsResponse, type ActionCall, type PinnedCall } from './action-call.js';
import { prefixMistake, tagMistake } from './target-errors.js';
import type { Targets } from '../stores/store.js';
import { mergeKnown, mergeTargets } from '../stores/targets.js';
import type { Class } from '../classes/class-hierarchy.js';
import { settleOf, type DecoratorRegistry } from './decorator-registry.js';

/** An action that invalidates, with the targets of its requests. */
export class InvalidatingAction {
  /** The class and the method, for messages. */
  readonly name: string;
  /** True if the method can write to the response itself. */
  readonly writesResponse: boolean;
  /** Seconds in which the responses that the action invalidates are not stored. Undefined: the default of the configuration. */
  readonly settle: number | undefined;
  private readonly targets: readonly (InvalidationTarget | undefined)[];
  private readonly path: ActionPath;

  constructor(owner: Class, metadata: ActionMetadata, registry: DecoratorRegistry) {
    this.name = `${metadata.target.name}.${metadata.method}`;
    const decorations = registry.decorationsOf(owner, metadata.method)?.invalidates ?? [];
    this.targets = decorations.map(({ target }) => target);
    this.settle = settleOf(metadata.target, decorations, registry);
    this.path = new ActionPath(metadata);
    this.writesResponse = metadata.params.some(({ type }) => bearsResponse(type));
  }

  /**
   * Returns the targets of a write by this call.
   *
   * @throws if a target function throws, or returns an invalid target
   */
  targetsOf(call: PinnedCall, result: unknown): Targets {
    return mergeTargets(...this.targets.map(target => this.resolveTarget(target, call, result)));
  }

  /** Returns the targets that are known before the method runs: fixed targets, and targets of functions that need no result. */
  knownTargets(call: PinnedCall): Targets {
    return mergeKnown(this.targets.map(target => () => this.resolveTarget(target, call, undefined)));
  }

  private resolveTarget(target: InvalidationTarget | undefined, call: PinnedCall, result: unknown): Targets {
    if (target === undefined) return { prefixes: this.path.pathVariants(call), tags: [] };
    const context: ChangeContext = { action: call.unpinned, args: call.args, result };
    const { paths, tags } = parseTarget(typeof target === 'function' ? target(context) : target);
    return { prefixes: paths.flatMap(prefix => this.filled(prefix, call)), tags: tags.map(tag => this.checked(tag)) };
  }

  private checked(tag: unknown): string {
    const mistake = tagMistake(tag);
    if (mistake === undefined) return tag as string;
    throw new CacheUsageError('CACHE_USAGE_INVALID', [`${this.name}: the target of @InvalidatesCache ${mistake}`]);
  }

  private filled(prefix: unknown, call: ActionCall): string[] {
    const mistake = prefixMistake(prefix);
    const filled = mistake === undefined ? this.path.fill(prefix as string, call) : [];
    if (filled.length > 0) return filled;
    const why =
      mistake ??
      `names ${parameterNames(prefix as string)
        .map(name => `:${name}`)
        .join(', ')}, for which the request has no value.`;
    throw new CacheUsageError('CACHE_USAGE_INVALID', [`${this.name}: the target of @InvalidatesCache ${why}`]);
  }
}
