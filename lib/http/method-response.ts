import type { ServerResponse } from 'node:http';
import { isFixed } from './replaceable.js';

type Call = (this: unknown, ...args: unknown[]) => unknown;

/** The methods that send a response. */
const SENDING_METHODS = new Set<PropertyKey>(['writeHead', 'write', 'end']);

/**
 * The response as a controller method receives it: a proxy. An answer sent through the proxy is the method's own. A middleware
 * that answers in place of the method holds the response without the proxy, so the two can be distinguished.
 */
export class MethodResponse<Response extends ServerResponse> {
  readonly proxy: Response;
  private readonly wrapped = new WeakMap<object, object>();
  private callsRunning = 0;

  constructor(response: Response) {
    // Through a proxy, Node's own methods would get the proxy as `this`. The recorder does not record such a response either.
    if ([...SENDING_METHODS].some(name => isFixed(response, name))) {
      this.proxy = response;
      return;
    }
    this.proxy = new Proxy(response, {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, receiver);
        // Every function on a response is a method, except its constructor and the Express application.
        return typeof value === 'function' && name !== 'app' && name !== 'constructor' && !isFixed(target, name)
          ? this.wrap(value as Call, SENDING_METHODS.has(name) ? target : undefined)
          : value;
      },
    });
  }

  /** True while a call through the proxy runs. It may end in a closure over the real response that a middleware has put there. */
  get isInUse(): boolean {
    return this.callsRunning > 0;
  }

  private wrap(call: Call, sender: Response | undefined): object {
    let wrapped = this.wrapped.get(call);
    if (wrapped === undefined) {
      wrapped = new Proxy(call, {
        apply: (target, self, args: unknown[]) => {
          this.callsRunning++;
          try {
            // Node's own methods store their state in the response itself, so `this` must not be the proxy.
            return Reflect.apply(target, self === this.proxy ? (sender ?? self) : self, args);
          } finally {
            this.callsRunning--;
          }
        },
      });
      this.wrapped.set(call, wrapped);
    }
    return wrapped;
  }
}
