import { nameOf, requestOf, type ActionCall } from '../actions/action-call.js';
import { cachedAction, type CachedAction } from '../actions/cached-action.js';
import { InvalidatingAction } from '../actions/invalidating-action.js';
import { DecoratorRegistry } from '../actions/decorator-registry.js';
import { ActionInstaller } from '../actions/action-installer.js';
import { Auditor } from '../audit/auditor.js';
import { Cache } from './cache.js';
import { instanceOfProcess } from './process-slot.js';
import { explainCall } from '../explain/explain-request.js';
import { Explainer, type App } from '../explain/explainer.js';
import { ProbeRequest } from '../explain/probe-request.js';
import { ClassIdentities } from '../classes/class-identities.js';
import { MemoizedMethods } from '../memoized/memoize.js';
import { NEVER_SETTLES } from '../serving/respond.js';
import { RuntimeHolder } from '../runtime/runtime-holder.js';
import { recordChange } from '../serving/record-change.js';
import { bypassOnFault, serveCached } from '../serving/serve-cached.js';
import { serveWrite } from '../serving/serve-write.js';
import { Changes } from '../writes/changes.js';
import { InvalidatingMethods } from '../writes/invalidating-methods.js';
import { WriteScopes } from '../writes/write-scopes.js';
import { ValueService } from '../values/value-service.js';

/** The cache and the registered decorators of this process. There is one, also if the package is installed twice. */
class ProcessCache {
  readonly current: RuntimeHolder = new RuntimeHolder(() => this.registry.hasCached || this.memoized.hasMethods);
  private readonly identities = new ClassIdentities();
  readonly memoized: MemoizedMethods = new MemoizedMethods(this.current, this.identities);
  readonly explainer = new Explainer(this.current);
  readonly registry = new DecoratorRegistry(this.identities);
  private readonly writeScopes = new WriteScopes(this.current);
  readonly changes = new Changes(this.current, this.writeScopes);
  readonly invalidatingMethods = new InvalidatingMethods(this.registry, this.current, this.changes);
  readonly startUp = new ActionInstaller(
    this.registry,
    call => this.serve(call),
    () => {
      this.current.verifyEnvironment();
    },
    request => ProbeRequest.of(request) !== undefined,
    message => {
      this.current.warnAboutUse(message);
    },
    call => {
      recordChange(this.current.currentOrUndefined(), call);
    },
  );
  readonly cache = new Cache({
    current: this.current,
    values: new ValueService(this.current),
    memoized: this.memoized,
    changes: this.changes,
    explainer: this.explainer,
    auditor: new Auditor({
      registry: this.registry,
      loaded: this.startUp.loaded,
      memoized: this.memoized,
      invalidating: this.invalidatingMethods,
      current: this.current,
    }),
  });
  private readonly cachedActions = new WeakMap<object, CachedAction>();
  private readonly invalidatingActions = new WeakMap<object, InvalidatingAction>();

  private serve(call: ActionCall): unknown {
    const runtime = this.current.use();
    const probe = ProbeRequest.of(call.action.request);
    if (probe !== undefined) {
      void explainCall(runtime, () => this.cachedActionOf(call), call, probe);
      return NEVER_SETTLES;
    }
    let cached: CachedAction | undefined;
    try {
      cached = this.cachedActionOf(call);
    } catch (error) {
      if (call.metadata.type === 'get') return bypassOnFault({ runtime, call, trace: undefined }, nameOf(call), error);
    }
    if (cached !== undefined) return serveCached(runtime, cached, call);
    recordChange(runtime, call);
    return serveWrite(
      () => this.current.get(),
      this.writeScopes,
      () => this.invalidatingActionOf(call),
      call,
    );
  }

  /** @returns undefined if the action is not cached */
  private cachedActionOf(call: ActionCall): CachedAction | undefined {
    const known = this.cachedActions.get(call.metadata);
    if (known !== undefined) return known;
    const decorations = this.registry.decorationsOf(call.owner, call.metadata.method);
    if (decorations === undefined || decorations.cached.length === 0) return undefined;
    const action = cachedAction(call, this.registry);
    this.explainer.registerApp(requestOf(call).app as unknown as App);
    this.cachedActions.set(call.metadata, action);
    return action;
  }

  private invalidatingActionOf({ owner, metadata }: ActionCall): InvalidatingAction {
    let action = this.invalidatingActions.get(metadata);
    if (action === undefined)
      this.invalidatingActions.set(metadata, (action = new InvalidatingAction(owner, metadata, this.registry)));
    return action;
  }
}

/** The one instance of this process, which every copy of the package uses. */
export const processCache = instanceOfProcess(() => new ProcessCache());
