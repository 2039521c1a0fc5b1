import { createHash } from 'node:crypto';
import { DERIVED } from '../options/cached-options.js';
import type { MemoizedOptions } from '../options/memoized-options.js';
import type { ReadUse } from '../runtime/computation.js';
import { joinKey, encodeValue } from '../keys/key-encoding.js';
import type { Class } from '../classes/class-hierarchy.js';
import type { Address, Targets } from '../stores/store.js';
import { anyResultTag, MEMOIZED_ROOT, methodTag, resultTag } from '../runtime/dependency-tags.js';
import { TagForecast } from '../stores/tag-forecast.js';
import type { ClassAddresses } from './class-address.js';

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
  /** Whether results have tags that are unknown before they are computed. */
  readonly tagForecast: TagForecast;

  constructor(
    readonly owner: Class,
    readonly isStatic: boolean,
    readonly name: string,
    readonly run: Method,
    readonly options: MemoizedOptions,
    isAsync: boolean,
    private readonly addresses: ClassAddresses,
  ) {
    this.label = `${owner.name}.${name}`;
    this.tagForecast = new TagForecast(typeof options.tags === 'function' || options.tags === DERIVED);
    this.returns = isAsync ? 'promise' : 'unknown';
  }

  /** Returns the arguments as a part of the key. @throws the error of `makeCacheKey` */
  argumentsOf(self: unknown, args: readonly unknown[]): Arguments {
    const { makeCacheKey, argsToIgnore = [] } = this.options;
    if (makeCacheKey !== undefined) {
      const text: unknown = makeCacheKey.apply(self, [...args]);
      if (typeof text === 'string') return { kind: 'key', text: JSON.stringify(text) };
      return {
        kind: 'no-key',
        detail: `makeCacheKey must return a string, and returned ${text === null ? 'null' : typeof text}.`,
      };
    }
    const texts = args.map((value, position) =>
      argsToIgnore.includes(position) ? IGNORED : encodeValue(value, 'literals-only'),
    );
    const position = texts.indexOf(undefined);
    if (position !== -1) {
      return {
        kind: 'no-key',
        detail: `argument ${position + 1} is no plain value, so it cannot be in the key. Write argsToIgnore: [${position}], or makeCacheKey: (...args) => a string that identifies it.`,
      };
    }
    // A missing argument equals `undefined`: for both, the method uses the default of the parameter.
    while (texts.at(-1) === 'undefined' || texts.at(-1) === IGNORED) texts.pop();
    return { kind: 'key', text: joinKey(texts as string[]) };
  }

  /** The use of the reads of a followed database. */
  get readUse(): ReadUse {
    if (this.options.tags === DERIVED) return 'followed';
    return {
      kind: 'refused',
      reason: `it uses ${this.label}, which reads the database: write @Memoized({ tags: '${DERIVED}' })`,
    };
  }

  /** Returns the address of the result of a call on this object. */
  addressOf(self: unknown, text: string, version: string): Address {
    const { identity, path } = this.addresses.of(this.classOf(self));
    const method = JSON.stringify([this.addresses.of(this.owner).identity, identity, this.isStatic, this.name]);
    return {
      key: joinKey([JSON.stringify(version), 'memoized', method, text]),
      path: { path: this.pathOf(path, text), ignoresCase: false },
      tags: [...this.methodTags(self), ...this.fixedTags],
      ...this.tagForecast.forAddress,
    };
  }

  /**
   * Returns the tags of the computations that use the result of a call. An invalidation of the result invalidates them too.
   *
   * @param text the arguments as a part of the key; undefined if they cannot be in a key: then they may be any arguments
   */
  dependencyTags(self: unknown, text: string | undefined): readonly string[] {
    const ofMethod = this.methodTags(self);
    const digest = text === undefined ? undefined : this.digestOf(text);
    const ofResult = ofMethod.map(tag => (digest === undefined ? anyResultTag(tag) : resultTag(tag, digest)));
    return [...ofMethod, ...ofResult, ...this.fixedTags];
  }

  /** Returns the targets that reach all results of the method on a class and its subclasses, or those of certain arguments. */
  targetsOf(subject: Class, text?: string): Targets {
    const { path } = this.addresses.of(subject);
    const ofMethod = methodTag(path, this.name);
    if (text === undefined) return { prefixes: [], tags: [ofMethod] };
    return { prefixes: [this.pathOf(path, text)], tags: [resultTag(ofMethod, this.digestOf(text)), anyResultTag(ofMethod)] };
  }

  /**
   * Returns the path of results. The path of a class is a prefix of the paths of its subclasses, so an invalidation reaches them
   * too.
   */
  private pathOf(classPath: string, text: string): string {
    return `${MEMOIZED_ROOT}/${this.digestOf(text)}${classPath}`;
  }

  private digestOf(text: string): string {
    return createHash('sha256')
      .update(joinKey([this.name, text]))
      .digest('base64url');
  }

  private methodTags(self: unknown): readonly string[] {
    return this.addresses.of(this.classOf(self)).ancestorPaths.map(path => methodTag(path, this.name));
  }

  private get fixedTags(): readonly string[] {
    const { tags } = this.options;
    return tags instanceof Array ? tags : [];
  }

  /** Returns the class of the object, which may be a subclass of the owner. Without an object, it is the owner. */
  private classOf(self: unknown): Class {
    const found: unknown = this.isStatic ? self : (self as { constructor?: unknown } | null | undefined)?.constructor;
    return typeof found === 'function' ? found : this.owner;
  }
}
