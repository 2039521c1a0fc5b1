import { isGeneratorFunction } from 'node:util/types';
import { actionsOf } from '../actions/actions-of.js';
import { settleOf, type DecoratorRegistry, type InvalidationDecoration } from '../actions/decorator-registry.js';
import { LoadedList } from '../actions/loaded-list.js';
import { serviceMistakes } from '../actions/usage-errors.js';
import { replaceMethod, returnsPromise } from '../classes/replaced-method.js';
import type { Class } from '../classes/class-hierarchy.js';
import { misuse } from '../errors/cache-errors.js';
import type { ChangeContext } from '../options/invalidation-target.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { Changes } from './changes.js';
import type { Change } from './running-change.js';
import { wholeTargets } from './whole-targets.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** One method with `@InvalidatesCache`. */
export interface InvalidatingMethod {
  /** The class and the method, for messages. */
  readonly label: string;
  readonly owner: Class;
  /** The prototype of the class, or the class of a static method. */
  readonly target: object;
  readonly name: string;
  readonly run: Method;
  readonly decorations: InvalidationDecoration[];
  /** True if it is certain that the method returns a promise. */
  readonly isAsync: boolean;
  /** The result of the checks at the first call. */
  kind: 'unknown' | 'action' | 'service';
}

/** Makes methods with `@InvalidatesCache` changes where no action is called: in services, in consumers, in jobs. */
export class InvalidatingMethods {
  private readonly methods = new WeakMap<object, InvalidatingMethod>();
  private readonly loaded = new LoadedList<InvalidatingMethod>();

  constructor(
    private readonly registry: DecoratorRegistry,
    private readonly runtimes: RuntimeHolder,
    private readonly changes: Changes,
  ) {}

  /** Returns the methods of the program that are no actions. */
  services(): InvalidatingMethod[] {
    return this.loaded.items.filter(method => this.kindOf(method) === 'service');
  }

  /**
   * Replaces a method by one that invalidates. routing-controllers calls actions in another way: their requests are changes already.
   *
   * @param target the prototype of the class, or the class of a static method
   * @throws CacheUsageError if the method is a generator
   */
  decorate(target: object, name: string, descriptor: PropertyDescriptor | undefined, decoration: InvalidationDecoration): void {
    const run: unknown = descriptor?.value;
    if (descriptor === undefined || typeof run !== 'function') return;
    const known = this.methods.get(run);
    if (known !== undefined) {
      known.decorations.push(decoration);
      return;
    }
    const owner = typeof target === 'function' ? target : target.constructor;
    const label = `${owner.name}.${name}`;
    if (isGeneratorFunction(run))
      throw misuse(
        `${label}: @InvalidatesCache does not support a generator, because its work runs later. Write an async method.`,
      );
    const method: InvalidatingMethod = {
      label,
      owner,
      target,
      name,
      run: run as Method,
      decorations: [decoration],
      isAsync: returnsPromise(target, name, run),
      kind: typeof target === 'function' ? 'service' : 'unknown',
    };
    const { call } = this;
    const invalidating: Method = function (...args) {
      return call(method, this, args);
    };
    this.methods.set(invalidating, method);
    this.loaded.add(method);
    replaceMethod(descriptor, invalidating);
  }

  private readonly call = (method: InvalidatingMethod, self: unknown, args: unknown[]): unknown => {
    const work = (): unknown => method.run.apply(self, args);
    if (method.kind === 'unknown') method.kind = this.kindOf(method);
    if (method.kind === 'action') return work();
    this.check(method);
    return this.changes.run(this.changeOf(method, args), work);
  };

  private kindOf({ kind, owner, name }: InvalidatingMethod): 'action' | 'service' {
    if (kind !== 'unknown') return kind;
    return actionsOf(owner).some(action => action.method === name) ? 'action' : 'service';
  }

  /** @throws CacheUsageError if the decorators of the method cannot work */
  private check({ label, target, name, decorations, isAsync }: InvalidatingMethod): void {
    const mistakes = serviceMistakes({ cached: [], invalidates: decorations }, this.registry.isExempt(target, name));
    const { config, store } = this.runtimes.get();
    if (!isAsync && config.enabled && store.beginWrite !== undefined)
      mistakes.push(
        '@InvalidatesCache needs a method that returns a promise, because the store answers with promises. Declare it async.',
      );
    if (mistakes.length > 0) throw misuse(...mistakes.map(mistake => `${label}: ${mistake}`));
  }

  private changeOf({ label, owner, decorations }: InvalidatingMethod, args: readonly unknown[]): Change {
    const settle = settleOf(owner, decorations, this.registry) ?? this.runtimes.get().config.settle;
    const targets = decorations.map(({ target }) => (result: unknown) => {
      const names = typeof target === 'function' ? target({ args, result } as unknown as ChangeContext) : target;
      return wholeTargets(label, names ?? []);
    });
    return { label, settleMs: settle * 1000, targets };
  }
}
