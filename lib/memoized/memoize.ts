import { isGeneratorFunction } from 'node:util/types';
import { MemoizedOptionRules, type MemoizedOptions } from '../options/memoized-options.js';
import { validationErrors } from '../options/validate.js';
import { definedOptions } from '../options/resolve-config.js';
import { CacheUsageError } from '../errors/cache-errors.js';
import type { ClassIdentities } from '../classes/class-identities.js';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import { formatValue } from '../errors/format-value.js';
import type { Targets } from '../stores/store.js';
import { mergeTargets } from '../stores/targets.js';
import { ClassAddresses } from './class-address.js';
import { answerCall } from './answer-call.js';
import { MemoizedMethod, type Method } from './memoized-method.js';

/** A class with memoized methods, abstract ones included. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- of whatever constructor and objects
export type MemoizedClass = abstract new (...args: any[]) => any;

/** The names of the methods of a class, static ones included. */
export type MethodOf<Service extends MemoizedClass> = NamesOfMethods<InstanceType<Service>> | NamesOfMethods<Service>;

type NamesOfMethods<Owner> = Extract<
  { [Name in keyof Owner]: Owner[Name] extends (...args: never[]) => unknown ? Name : never }[keyof Owner],
  string
>;

/** As `reflect-metadata` adds it, where the program has loaded it. */
interface MetadataReader {
  getMetadata?(key: string, target: object, name: string): unknown;
}

type MethodDescriptor = Omit<PropertyDescriptor, 'value'> & { value: Method };

/** The methods that are memoized, by name. */
export class MemoizedMethods {
  private readonly places: ClassAddresses;
  private readonly methods = new Map<string, MemoizedMethod[]>();

  constructor(
    private readonly current: RuntimeHolder,
    identities: ClassIdentities,
  ) {
    this.places = new ClassAddresses(identities);
  }

  /** Whether any class with `@Memoized` has been loaded. */
  get hasMethods(): boolean {
    return this.methods.size > 0;
  }

  /**
   * @param target the prototype of a method's class, or the class of a static method
   * @throws CacheUsageError where it is no method, or the options are wrong
   */
  readonly decorate = (target: object, name: unknown, descriptor: PropertyDescriptor | undefined, options: unknown): void => {
    const owner = typeof target === 'function' ? target : target.constructor;
    const run: unknown = descriptor?.value;
    const mistakes = [...placeMistakes(name, run), ...optionMistakes(options)];
    if (mistakes.length > 0) throw misuse(...mistakes.map(mistake => `${owner.name}.${String(name)}: ${mistake}`));
    this.places.identities.note(owner, this.decorate);
    this.add(target, owner, name as string, descriptor as MethodDescriptor, options as MemoizedOptions);
  };

  /**
   * All results of a method, or those of certain arguments.
   *
   * @throws CacheUsageError where there is no such method, or the arguments cannot be in a key
   */
  targetsOf(subject: unknown, name: unknown, args?: unknown): Targets {
    const call = `cache.invalidateMemoized(${typeof subject === 'function' ? subject.name : formatValue(subject)}, ${formatValue(name)})`;
    const methods = typeof subject === 'function' ? this.methodsOf(subject, name) : [];
    const [first] = methods;
    if (typeof subject !== 'function' || first === undefined) {
      throw misuse(`${call}: there is no method of that name with @Memoized. Write a class, and the name of a method of it.`);
    }
    if (args === undefined) return first.targetsOf(subject);
    if (!Array.isArray(args))
      throw misuse(`${call} takes an array of arguments, got ${formatValue(args)}. Write ['bob'] for one.`);
    return mergeTargets(...methods.map(method => targetsWith(method, subject, args, call)));
  }

  private add(target: object, owner: Class, name: string, descriptor: MethodDescriptor, options: MemoizedOptions): void {
    const run = descriptor.value;
    const declaredType = (Reflect as MetadataReader).getMetadata?.('design:returntype', target, name);
    const method = new MemoizedMethod(owner, target === owner, name, run, definedOptions(options), declaredType, this.places);
    this.methods.set(name, [...(this.methods.get(name) ?? []), method]);
    const { current } = this;
    const memoized: Method = function (...args) {
      return answerCall({ runtime: current.use(), method, self: this, args });
    };
    for (const property of ['name', 'length'] as const) {
      Object.defineProperty(memoized, property, { value: run[property], configurable: true });
    }
    descriptor.value = memoized;
  }

  /** Those that calls of the method on the class, or on one that extends it, may reach: its own, inherited and overriding ones. */
  private methodsOf(subject: Class, name: unknown): readonly MemoizedMethod[] {
    const lineage = superclassChain(subject);
    return (this.methods.get(String(name)) ?? []).filter(
      ({ owner }) => lineage.includes(owner) || superclassChain(owner).includes(subject),
    );
  }
}

function targetsWith(method: MemoizedMethod, subject: Class, args: readonly unknown[], call: string): Targets {
  let key;
  try {
    key = method.argumentsOf(undefined, args);
  } catch {
    // A key that is made of the object as well: which results the arguments are part of, nobody can say.
    return method.targetsOf(subject);
  }
  if (key.kind === 'key') return method.targetsOf(subject, key.text);
  throw misuse(`${call}: ${key.detail}`);
}

function placeMistakes(name: unknown, run: unknown): string[] {
  if (typeof name !== 'string') return ['@Memoized stands on a method whose name is no text. Write a text for its name.'];
  if (typeof run !== 'function')
    return ['@Memoized stands on what is no method. Write it over a method, with experimentalDecorators on.'];
  return isGeneratorFunction(run)
    ? ['@Memoized stands on a generator, whose result can be taken only once. Return an array.']
    : [];
}

function optionMistakes(options: unknown): string[] {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return [`@Memoized: options must be an object, got ${formatValue(options)}. Write { timeout: 60 }.`];
  }
  const { makeCacheKey, argsToIgnore } = options as MemoizedOptions;
  const mistakes = validationErrors(Object.assign(new MemoizedOptionRules(), definedOptions(options)));
  if (makeCacheKey !== undefined && argsToIgnore !== undefined) {
    mistakes.push('argsToIgnore contradicts makeCacheKey, which replaces all arguments in the key. Write one of them.');
  }
  return mistakes.map(mistake => `@Memoized: ${mistake}`);
}

function misuse(...mistakes: readonly string[]): CacheUsageError {
  return new CacheUsageError('CACHE_USAGE_INVALID', mistakes);
}
