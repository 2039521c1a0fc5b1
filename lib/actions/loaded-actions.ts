import { ActionMetadata, getMetadataArgsStorage } from 'routing-controllers';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';
import { serverOptionsOf } from './action-call.js';
import { actionsOf, declaringClass } from './actions-of.js';
import { LoadedList } from './loaded-list.js';
import type { ServerBuild } from './server-build.js';

/** An action that the program has loaded. */
export interface LoadedAction {
  readonly controller: Class;
  /** The class that declares the action: the controller, or a class that it extends. */
  readonly owner: Class;
  readonly method: string;
  /** The type in routing-controllers: `get`, `post`, `all`. */
  readonly type: string;
  /** The route in its app. */
  readonly route: string | RegExp;
  /** The path before all routes of its app. Undefined if no server has the controller yet. */
  readonly base: string | undefined;
}

/** A server of routing-controllers. */
interface LoadedServer {
  readonly routePrefix: string;
  /** Returns the path where Express has mounted the app. */
  readonly mountPath: () => string;
  readonly actions: readonly Omit<LoadedAction, 'base'>[];
}

/** The actions of the program: those of its servers, and those of controllers that no server has. */
export class LoadedActions {
  private readonly servers = new LoadedList<LoadedServer>();

  /** Notes a server. A later server with the same controllers replaces it. */
  addServer({ app, actions }: ServerBuild): void {
    const [first] = actions;
    if (first === undefined) return;
    const server = {
      routePrefix: serverOptionsOf(first).routePrefix ?? '',
      mountPath: () => mountPathOf(app),
      actions: actions.flatMap(({ target, method, type, fullRoute }) => loaded(target, method, type, fullRoute)),
    };
    this.servers.add(server, earlier => areEqual(earlier, server));
  }

  /** Returns all actions. An action that two servers have appears twice. */
  all(): LoadedAction[] {
    const served = this.servers.items.flatMap(({ routePrefix, mountPath, actions }) => {
      const base = `${mountPath()}${String(ActionMetadata.appendBaseRoute(routePrefix, ''))}`;
      return actions.map(action => ({ ...action, base }));
    });
    const others = getMetadataArgsStorage().controllers.filter(
      ({ target }) => !served.some(action => action.controller === target),
    );
    return [...served, ...others.flatMap(({ target, route }) => registeredActions(target, route))];
  }
}

function registeredActions(controller: Class, base: string | undefined): LoadedAction[] {
  return superclassChain(controller).flatMap(link =>
    actionsOf(link).flatMap(({ method, type, route }) => {
      if (declaringClass(controller, method) !== link) return [];
      // A route without a path is undefined, in spite of its type.
      const own = (route as typeof route | undefined) ?? '';
      const whole = ActionMetadata.appendBaseRoute(base ?? '', own);
      return loaded(controller, method, type, whole).map(action => ({ ...action, base: undefined }));
    }),
  );
}

function loaded(controller: Class, method: string, type: string, route: string | RegExp): Omit<LoadedAction, 'base'>[] {
  const owner = declaringClass(controller, method);
  return owner === undefined ? [] : [{ controller, owner, method, type, route }];
}

function areEqual(one: LoadedServer, other: LoadedServer): boolean {
  const controllersOf = ({ actions }: LoadedServer): Set<Class> => new Set(actions.map(({ controller }) => controller));
  const [ones, others] = [controllersOf(one), controllersOf(other)];
  return (
    one.routePrefix === other.routePrefix && ones.size === others.size && [...ones].every(controller => others.has(controller))
  );
}

function mountPathOf(app: unknown): string {
  const { path } = app as { path?: () => unknown };
  const mounted = typeof path === 'function' ? path.call(app) : '';
  return typeof mounted === 'string' ? mounted.replace(/\/$/, '') : '';
}
