import { getMetadataArgsStorage, type Action, type ActionMetadata } from 'routing-controllers';
import { CacheUsageError } from '../errors/cache-errors.js';
import type { ActionCall } from './action-call.js';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';
import type { DecoratorRegistry } from './decorator-registry.js';
import { LoadedActions } from './loaded-actions.js';
import { reachMistakes } from './reach-errors.js';
import { ServerBuilds, type ServerBuild } from './server-build.js';
import { strayMistakes, usageMistakes } from './usage-errors.js';

/** routing-controllers calls it in place of an action's method, with the converted and validated arguments. */
export type Override = (call: ActionCall) => unknown;

/** Returns true if a request only asks for its action. Then no method may run. */
export type IsProbe = (request: unknown) => boolean;

/** Called before the method of an action without decorators runs. It must not throw. */
export type Observe = (call: ActionCall) => void;

/** A value that equals no class and no method. */
const MATCHES_NOTHING = undefined as never;

type Storage = ReturnType<typeof getMetadataArgsStorage>;
type ResponseHandler = Storage['responseHandlers'][number];

/**
 * Replaces decorated methods by the cache when a server is created.
 *
 * routing-controllers has no hook for that, but it has `methodOverride` in an action's metadata, and when it builds a controller it
 * first reads the `target` of every registered response handler, before the controller's actions. By then all decorators of all
 * classes have run, in any order of `@Get` and `@Cached`. So two response handlers that belong to no action are registered:
 * one that is read for any controller and sets the overrides, and one for each class with decorated methods that is read when just
 * that class is built, and reports its mistakes.
 */
export class ActionInstaller {
  readonly loaded = new LoadedActions();
  private storageList: Storage['responseHandlers'] | undefined;
  private seen: { actions: unknown; controllers: unknown; count: number } | undefined;
  private readonly probed = new WeakSet<Class>();
  private readonly validated = new WeakSet<Class>();
  private readonly overridden = new WeakSet();
  /** Classes with decorated methods, since the last `reset()` of the metadata storage. */
  private watched = new Set<Class>();
  private readonly builds = new ServerBuilds(build => {
    this.checkServer(build);
  });

  constructor(
    private readonly registry: DecoratorRegistry,
    private readonly override: Override,
    /** Throws if the cache cannot work. */
    private readonly verify: () => void = () => undefined,
    private readonly isProbe: IsProbe = () => false,
    private readonly warn: (message: string) => void = () => undefined,
    private readonly observe: Observe = () => undefined,
  ) {}

  /** Each decorator calls it, because a `reset()` of the metadata storage drops earlier registrations. */
  readonly registerClass = (owner: Class): void => {
    this.registry.identities.note(owner, this.registerClass);
    const storage = getMetadataArgsStorage();
    if (this.storageList !== storage.responseHandlers) {
      this.storageList = storage.responseHandlers;
      this.watched = new Set();
      storage.responseHandlers.push(this.setUpHook());
    }
    this.watched.add(owner);
    this.registerCheck(owner, storage);
  };

  private setUpHook(): ResponseHandler {
    const setUp = (): void => {
      const storage = getMetadataArgsStorage();
      if (!this.hasGrown(storage)) return;
      this.overrideActions(storage);
      for (const { target } of storage.controllers) {
        if (!superclassChain(target).some(link => this.registry.methodsOf(link).size > 0)) continue;
        // In the order of registration, which separates classes that one function creates.
        this.registry.identities.of(target);
        this.registerCheck(target, storage);
      }
    };
    return {
      type: 'header',
      method: '',
      get target() {
        setUp();
        return MATCHES_NOTHING;
      },
    };
  }

  /** Returns true if something was registered since the last call. A server under construction calls it very often. */
  private hasGrown({ actions, controllers }: Storage): boolean {
    const { seen } = this;
    if (seen?.actions === actions && seen.controllers === controllers && seen.count === actions.length + controllers.length)
      return false;
    this.seen = { actions, controllers, count: actions.length + controllers.length };
    return true;
  }

  private overrideActions(storage: Storage): void {
    for (const action of storage.actions) {
      if (this.overridden.has(action)) continue;
      this.overridden.add(action);
      const { target: owner, methodOverride: previous } = action;
      const isDecorated = this.registry.decorationsOf(owner, action.method) !== undefined;
      action.methodOverride = (metadata: ActionMetadata, context: Action, args: unknown[]): unknown => {
        const run = (): unknown => {
          call.hasRun = true;
          return (previous === undefined ? metadata.callMethod(args, context) : previous(metadata, context, args)) as unknown;
        };
        const call: ActionCall = { owner, metadata, action: context, args, hasRun: false, run };
        if (isDecorated || this.isProbe(context.request)) return this.override(call);
        this.observe(call);
        return call.run();
      };
    }
  }

  private registerCheck(target: Class, storage: Storage): void {
    if (this.probed.has(target)) return;
    this.probed.add(target);
    const check = (): void => {
      this.check(target);
    };
    storage.responseHandlers.push({
      type: 'header',
      target,
      get method() {
        check();
        return MATCHES_NOTHING;
      },
    });
  }

  /** @throws CacheUsageError with the mistakes of this controller, if the mistakes of the whole server cannot be reported together */
  private check(target: Class): void {
    const { controllers } = getMetadataArgsStorage();
    if (!controllers.some(controller => controller.target === target)) return;
    const { current } = this.builds;
    if (current !== undefined) {
      current.controllers.add(target);
      return;
    }
    if (this.validated.has(target)) return;
    this.verify();
    throwAny(usageMistakes(target, this.registry));
    this.validated.add(target);
  }

  /** @throws CacheUsageError with the mistakes of all controllers of a server */
  private checkServer(build: ServerBuild): void {
    const { controllers, actions } = build;
    if (controllers.size > 0) this.verify();
    const mistakes = [...controllers].flatMap(controller => usageMistakes(controller, this.registry));
    // An invalid target reaches nothing.
    const { errors, warnings } = reachMistakes(mistakes.length === 0 ? actions : [], this.registry);
    throwAny([...strayMistakes([...this.watched], this.registry), ...mistakes, ...errors]);
    this.loaded.addServer(build);
    for (const warning of warnings) this.warn(warning);
  }
}

function throwAny(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw new CacheUsageError('CACHE_USAGE_INVALID', [...new Set(mistakes)]);
}
