import type { ServerResponse } from 'node:http';

type Call = (this: unknown, ...args: unknown[]) => unknown;

/** By which a response is sent. */
const SENDING = new Set<PropertyKey>(['writeHead', 'write', 'end']);

/**
 * A response as a method has it: what is sent through it is the method's own answer. A middleware that keeps the response itself, and
 * answers in the place of the method, does not go through it.
 */
export class MethodResponse<Response extends ServerResponse> {
  readonly proxy: Response;
  private readonly marked = new WeakMap<object, object>();
  private callsRunning = 0;

  constructor(response: Response) {
    this.proxy = new Proxy(response, {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, receiver);
        // Of the functions on a response, an Express application alone is not called by its name.
        return typeof value === 'function' && name !== 'app' && name !== 'constructor'
          ? this.mark(value as Call, SENDING.has(name) ? target : undefined)
          : value;
      },
    });
  }

  /** Whether a call through the proxy is running. A middleware may have replaced what is called by a closure over the response. */
  get isInUse(): boolean {
    return this.callsRunning > 0;
  }

  private mark(call: Call, sender: Response | undefined): object {
    let marked = this.marked.get(call);
    if (marked === undefined) {
      marked = new Proxy(call, {
        apply: (target, self, args: unknown[]) => {
          this.callsRunning++;
          try {
            // Node's own methods keep what they do in the response itself.
            return Reflect.apply(target, self === this.proxy ? (sender ?? self) : self, args);
          } finally {
            this.callsRunning--;
          }
        },
      });
      this.marked.set(call, marked);
    }
    return marked;
  }
}
