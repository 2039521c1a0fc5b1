import { createHash } from 'node:crypto';
import { isAsyncFunction } from 'node:util/types';
import type { MemoizedOptions } from '../options/memoized-options.js';
import { joinKey, encodeValue } from '../keys/key-encoding.js';
import type { Class } from '../classes/class-hierarchy.js';
import type { Address, Targets } from '../stores/store.js';
import type { ClassAddresses } from './class-address.js';

/**
 * The root of all results. No route with parameters matches its empty segment, so no request can invalidate below it, but `/`
 * does.
 */
const ROOT = '//memoized';

export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** The text of an ignored argument. `encodeValue` never returns this text. */
const IGNORED = '_';

/** The arguments of a call as a part of its key, or the reason why they cannot be in a key. */
export type Arguments =
  | { readonly kind: 'key'; readonly text: string }
  /** @property detail the reason and the remedy */
  | { readonly kind: 'no-key'; readonly detail: string };

/** One method with `@Memoized`. */
export class MemoizedMethod {
  /** The class and the method, for messages. */
  readonly label: string;
  /**
   * The kind of return value. It is known for async methods, and for methods whose declared type TypeScript emits as metadata.
   * For other methods it is known after the first run.
   */
  returns: 'promise' | 'value' | 'unknown';

  constructor(
    readonly owner: Class,
    readonly isStatic: boolean,
    readonly name: string,
    readonly run: Method,
    readonly options: MemoizedOptions,
    declaredType: unknown,
    private readonly addresses: ClassAddresses,
  ) {
    this.label = `${owner.name}.${name}`;
    this.returns = declaredType === Promise || isAsyncFunction(run) ? 'promise' : 'unknown';
  }

  /** Returns the arguments as a part of the key. @throws the error of `makeCacheKey` */
  argumentsOf(self: unknown, args: readonly unknown[]): Arguments {
    const { makeCacheKey, argsToIgnore = [] } = this.options;
    if (makeCacheKey !== undefined) {
      const text: unknown = makeCacheKey.apply(self, [...args]);
      if (typeof text === 'string') return { kind: 'key', text: JSON.stringify(text) };
      return { kind: 'no-key', detail: `makeCacheKey must return a text, and returned ${text === null ? 'null' : typeof text}.` };
    }
    const texts = args.map((value, position) =>
      argsToIgnore.includes(position) ? IGNORED : encodeValue(value, 'literals-only'),
    );
    const position = texts.indexOf(undefined);
    if (position !== -1) {
      return {
        kind: 'no-key',
        detail: `argument ${position + 1} is no plain value, so it cannot be in the key. Write argsToIgnore: [${position}], or makeCacheKey: (...args) => a text that identifies it.`,
      };
    }
    // A missing argument equals `undefined`: for both, the method uses the default of the parameter.
    while (texts.at(-1) === 'undefined' || texts.at(-1) === IGNORED) texts.pop();
    return { kind: 'key', text: joinKey(texts as string[]) };
  }

  /** Returns the address of the result of a call on this object. */
  addressOf(self: unknown, text: string, version: string): Address {
    const { identity, path, ancestorPaths } = this.addresses.of(this.classOf(self));
    const { tags } = this.options;
    const method = JSON.stringify([this.addresses.of(this.owner).identity, identity, this.isStatic, this.name]);
    return {
      key: joinKey([JSON.stringify(version), 'memoized', method, text]),
      path: { path: this.pathOf(path, text), ignoresCase: false },
      tags: [...ancestorPaths.map(ancestorPath => this.tagOf(ancestorPath)), ...(tags instanceof Array ? tags : [])],
      hasComputedTags: typeof tags === 'function',
    };
  }

  /** Returns the targets that reach all results of the method on a class and its subclasses, or those of certain arguments. */
  targetsOf(subject: Class, text?: string): Targets {
    const { path } = this.addresses.of(subject);
    return text === undefined ? { prefixes: [], tags: [this.tagOf(path)] } : { prefixes: [this.pathOf(path, text)] };
  }

  /**
   * Returns the path of results. The path of a class is a prefix of the paths of its subclasses, so an invalidation reaches them
   * too.
   */
  private pathOf(classPath: string, text: string): string {
    const digest = createHash('sha256')
      .update(joinKey([this.name, text]))
      .digest('base64url');
    return `${ROOT}/${digest}${classPath}`;
  }

  private tagOf(classPath: string): string {
    return `${ROOT}${classPath} ${this.name}`;
  }

  /** Returns the class of the object, which may be a subclass of the owner. Without an object, it is the owner. */
  private classOf(self: unknown): Class {
    const found: unknown = this.isStatic ? self : (self as { constructor?: unknown } | null | undefined)?.constructor;
    return typeof found === 'function' ? found : this.owner;
  }
}
