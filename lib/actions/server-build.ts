import { ExpressDriver, type ActionMetadata } from 'routing-controllers';
import type { Class } from '../classes/class-hierarchy.js';

/** A server whose controllers routing-controllers has been given, and is building. */
export interface ServerBuild {
  /** Those with decorated methods, as they are built. */
  readonly controllers: Set<Class>;
  /** All of the server, as they are registered in Express. */
  readonly actions: ActionMetadata[];
}

/**
 * Follows the building of servers. Only a driver sees a server as a whole, with its options: routing-controllers has no hook for that, so
 * three methods of its driver are wrapped. A second copy of routing-controllers has a driver of its own, which is not followed.
 */
export class ServerBuilds {
  /** The one under way: building is synchronous. */
  current: ServerBuild | undefined;

  /** @param completed called when all actions are registered; what it throws ends the building */
  constructor(completed: (build: ServerBuild) => void) {
    const { initialize, registerAction, registerRoutes } = methodsOf(ExpressDriver.prototype);
    const begin = (): void => {
      const build = (this.current = { controllers: new Set(), actions: [] });
      // One that has thrown on the way.
      queueMicrotask(() => {
        if (this.current === build) this.current = undefined;
      });
    };
    const register = (action: ActionMetadata): void => {
      this.current?.actions.push(action);
    };
    const complete = (): void => {
      const build = this.current;
      this.current = undefined;
      if (build !== undefined) completed(build);
    };
    Object.assign(ExpressDriver.prototype, {
      initialize(this: ExpressDriver) {
        begin();
        initialize.call(this);
      },
      registerAction(this: ExpressDriver, action: ActionMetadata, run: (options: unknown) => unknown) {
        register(action);
        registerAction.call(this, action, run);
      },
      registerRoutes(this: ExpressDriver) {
        registerRoutes.call(this);
        complete();
      },
    });
  }
}

type Methods = Pick<ExpressDriver, 'initialize' | 'registerAction' | 'registerRoutes'>;

function methodsOf(prototype: Methods): {
  readonly [Name in keyof Methods]: (this: ExpressDriver, ...args: Parameters<Methods[Name]>) => void;
} {
  return prototype;
}
