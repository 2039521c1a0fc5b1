import { isGeneratorFunction } from 'node:util/types';
import { MemoizedOptionRules, type MemoizedOptions } from '../options/memoized-options.js';
import { validationErrors } from '../options/validate.js';
import { definedOptions } from '../options/resolve-config.js';
import { misuse } from '../errors/cache-errors.js';
import { replaceMethod, returnsPromise } from '../classes/replaced-method.js';
import type { ClassIdentities } from '../classes/class-identities.js';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import { formatValue } from '../errors/format-value.js';
import type { Targets } from '../stores/store.js';
import { mergeTargets } from '../stores/targets.js';
import { LoadedList } from '../actions/loaded-list.js';
import { ClassAddresses } from './class-address.js';
import { answerCall } from './answer-call.js';
import { MemoizedMethod, type Method } from './memoized-method.js';

/** A class with memoized methods, abstract ones included. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a class of any constructor and objects
export type MemoizedClass = abstract new (...args: any[]) => any;

/** The names of the methods of a class, static ones included. */
export type MethodOf<Service extends MemoizedClass> = NamesOfMethods<InstanceType<Service>> | NamesOfMethods<Service>;

type NamesOfMethods<Owner> = Extract<
  { [Name in keyof Owner]: Owner[Name] extends (...args: never[]) => unknown ? Name : never }[keyof Owner],
  string
>;

type MethodDescriptor = Omit<PropertyDescriptor, 'value'> & { value: Method };

/** All methods with `@Memoized`, by name. */
export class MemoizedMethods {
  private readonly addresses: ClassAddresses;
  private readonly methods = new Map<string, MemoizedMethod[]>();
  private readonly loaded = new LoadedList<MemoizedMethod>();

  constructor(
    private readonly current: RuntimeHolder,
    identities: ClassIdentities,
  ) {
    this.addresses = new ClassAddresses(identities);
  }

  /** The methods that the program has loaded. */
  get all(): readonly MemoizedMethod[] {
    return this.loaded.items;
  }

  /** True if a class with `@Memoized` has been loaded. */
  get hasMethods(): boolean {
    return this.methods.size > 0;
  }

  /**
   * Replaces a method by its memoized version.
   *
   * @param target the prototype of the class, or the class of a static method
   * @throws CacheUsageError if the member is no method, or an option is invalid
   */
  readonly decorate = (target: object, name: unknown, descriptor: PropertyDescriptor | undefined, options: unknown): void => {
    const owner = typeof target === 'function' ? target : target.constructor;
    const run: unknown = descriptor?.value;
    const mistakes = [...methodMistakes(name, run), ...optionMistakes(options)];
    if (mistakes.length > 0) throw misuse(...mistakes.map(mistake => `${owner.name}.${String(name)}: ${mistake}`));
    this.addresses.identities.note(owner, this.decorate);
    this.add(target, owner, name as string, descriptor as MethodDescriptor, options as MemoizedOptions);
  };

  /**
   * Returns the targets that invalidate all results of a method, or those of certain arguments.
   *
   * @throws CacheUsageError if there is no such method, or the arguments cannot be in a key
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
    return mergeTargets(...methods.map(method => targetsOfArguments(method, subject, args, call)));
  }

  private add(target: object, owner: Class, name: string, descriptor: MethodDescriptor, options: MemoizedOptions): void {
    const { current } = this;
    const run = descriptor.value;
    const isAsync = returnsPromise(target, name, run);
    const method = new MemoizedMethod(owner, target === owner, name, run, definedOptions(options), isAsync, this.addresses);
    current.computations.start();
    this.loaded.add(method);
    this.methods.set(name, [...(this.methods.get(name) ?? []), method]);
    const memoized: Method = function (...args) {
      return answerCall({ runtime: current.use(), method, self: this, args });
    };
    replaceMethod(descriptor, memoized);
  }

  /** Returns the methods that a call on the class or on a subclass may run: its own, inherited and overriding ones. */
  private methodsOf(subject: Class, name: unknown): readonly MemoizedMethod[] {
    const chain = superclassChain(subject);
    return (this.methods.get(String(name)) ?? []).filter(
      ({ owner }) => chain.includes(owner) || superclassChain(owner).includes(subject),
    );
  }
}

function targetsOfArguments(method: MemoizedMethod, subject: Class, args: readonly unknown[], call: string): Targets {
  let key;
  try {
    key = method.argumentsOf(undefined, args);
  } catch {
    // `makeCacheKey` needs the object of the call, which is unknown here. So all results of the method are targets.
    return method.targetsOf(subject);
  }
  if (key.kind === 'key') return method.targetsOf(subject, key.text);
  throw misuse(`${call}: ${key.detail}`);
}

function methodMistakes(name: unknown, run: unknown): string[] {
  if (typeof name !== 'string')
    return ['@Memoized does not support a method whose name is no string. Write a string as its name.'];
  if (typeof run !== 'function')
    return ['@Memoized supports methods only. Write it above a method, with experimentalDecorators on.'];
  return isGeneratorFunction(run)
    ? ['@Memoized does not support a generator, because its result can be read only once. Return an array.']
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
