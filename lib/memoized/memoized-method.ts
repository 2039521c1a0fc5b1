import { createHash } from 'node:crypto';
import { isAsyncFunction } from 'node:util/types';
import type { MemoizedOptions } from '../options/memoized-options.js';
import { joinKey, encodeValue } from '../keys/key-encoding.js';
import type { Class } from '../classes/class-hierarchy.js';
import type { Address, Targets } from '../stores/store.js';
import type { ClassAddresses } from './class-address.js';

/** Under an empty segment, where no route is that has parameters: nothing that a request names reaches it, but `/` does. */
const ROOT = '//memoized';

export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** In place of an argument that does not count; no value is written so. */
const IGNORED = '_';

/** What the arguments of a call are in its key, or why they cannot be. */
export type Arguments =
  | { readonly kind: 'key'; readonly text: string }
  /** @property detail what is wrong, and what to do */
  | { readonly kind: 'no-key'; readonly detail: string };

/** A method as its class has decorated it. */
export class MemoizedMethod {
  /** Class and method, for messages. */
  readonly label: string;
  /**
   * Whether its results come with promises. Known of async methods, and of those that declare it where TypeScript emits metadata; of
   * others when they have run.
   */
  returns: 'later' | 'at-once' | 'unknown';

  constructor(
    readonly owner: Class,
    readonly isStatic: boolean,
    readonly name: string,
    readonly run: Method,
    readonly options: MemoizedOptions,
    declaredType: unknown,
    private readonly places: ClassAddresses,
  ) {
    this.label = `${owner.name}.${name}`;
    this.returns = declaredType === Promise || isAsyncFunction(run) ? 'later' : 'unknown';
  }

  /** @throws whatever `makeCacheKey` throws */
  argumentsOf(self: unknown, args: readonly unknown[]): Arguments {
    const { makeCacheKey, argsToIgnore = [] } = this.options;
    if (makeCacheKey !== undefined) {
      const text: unknown = makeCacheKey.apply(self, [...args]);
      if (typeof text === 'string') return { kind: 'key', text: JSON.stringify(text) };
      return { kind: 'no-key', detail: `makeCacheKey must give a text, and gave ${text === null ? 'null' : typeof text}.` };
    }
    const texts = args.map((value, position) =>
      argsToIgnore.includes(position) ? IGNORED : encodeValue(value, 'literals-only'),
    );
    const position = texts.indexOf(undefined);
    if (position !== -1) {
      return {
        kind: 'no-key',
        detail: `argument ${position + 1} is no plain value, so that it cannot be in the key. Write argsToIgnore: [${position}], or makeCacheKey: (...args) => a text that tells it.`,
      };
    }
    // A method cannot tell an argument that is left out from one that is undefined, where both take its default.
    while (texts.at(-1) === 'undefined' || texts.at(-1) === IGNORED) texts.pop();
    return { kind: 'key', text: joinKey(texts as string[]) };
  }

  /** Where the results of a call on this object stand. */
  addressOf(self: unknown, text: string, version: string): Address {
    const { identity, path, ancestorPaths } = this.places.of(this.classOf(self));
    const { tags } = this.options;
    const method = JSON.stringify([this.places.of(this.owner).identity, identity, this.isStatic, this.name]);
    return {
      key: joinKey([JSON.stringify(version), 'memoized', method, text]),
      path: { path: this.pathOf(path, text), ignoresCase: false },
      tags: [...ancestorPaths.map(place => this.tagOf(place)), ...(tags instanceof Array ? tags : [])],
      hasComputedTags: typeof tags === 'function',
    };
  }

  /** All results of the method on a class and those that extend it, or those of certain arguments. */
  targetsOf(subject: Class, text?: string): Targets {
    const { path } = this.places.of(subject);
    return text === undefined ? { prefixes: [], tags: [this.tagOf(path)] } : { prefixes: [this.pathOf(path, text)] };
  }

  /** What extends a class stands under it, so that an invalidation by arguments reaches all of them. */
  private pathOf(place: string, text: string): string {
    const digest = createHash('sha256')
      .update(joinKey([this.name, text]))
      .digest('base64url');
    return `${ROOT}/${digest}${place}`;
  }

  private tagOf(place: string): string {
    return `${ROOT}${place} ${this.name}`;
  }

  /** The class of an object, which may extend the one that the method is of; its own where it is called without an object. */
  private classOf(self: unknown): Class {
    const found: unknown = this.isStatic ? self : (self as { constructor?: unknown } | null | undefined)?.constructor;
    return typeof found === 'function' ? found : this.owner;
  }
}
