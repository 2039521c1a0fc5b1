import { ExpressDriver, type ActionMetadata } from 'routing-controllers';
import type { Class } from '../classes/class-hierarchy.js';

/** A server under construction by routing-controllers. */
export interface ServerBuild {
  /** The Express app. */
  readonly app: unknown;
  /** The controllers with decorated methods, in the order of construction. */
  readonly controllers: Set<Class>;
  /** All controllers of the server, in the order of registration in Express. */
  readonly actions: ActionMetadata[];
}

/**
 * Observes the construction of servers. Only a driver sees a whole server with its options, and routing-controllers has no hook, so
 * three methods of its driver are wrapped. A second copy of routing-controllers has its own driver, which is not observed.
 */
export class ServerBuilds {
  /** The server under construction. Construction is synchronous. */
  current: ServerBuild | undefined;

  /** @param completed called when all actions are registered; an error ends the construction */
  constructor(completed: (build: ServerBuild) => void) {
    const { initialize, registerAction, registerRoutes } = methodsOf(ExpressDriver.prototype);
    const begin = (app: unknown): void => {
      const build: ServerBuild = (this.current = { app, controllers: new Set(), actions: [] });
      // An earlier server whose construction threw.
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
        begin(this.app);
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
