import type { ServerResponse } from 'node:http';
import { requireReplaceable } from './replaceable.js';

/**
 * The part of a response that is about to reach the client. `head`: the first bytes. `end`: the last bytes, after earlier ones
 * have reached the client. `whole`: the complete response.
 */
export type GatePoint = 'head' | 'end' | 'whole';

/**
 * Decides whether a part of the response may reach the client. A promise delays the response until the promise settles. `false`
 * rejects the response: the client never sees it.
 */
export type GateDecision = (point: GatePoint) => boolean | Promise<boolean>;

/** A function that continues after a response. */
export type Callback = (...args: unknown[]) => unknown;

const GATED = ['write', 'end', 'flushHeaders'] as const;
type Gated = (typeof GATED)[number];
type Call = readonly [Gated, readonly unknown[]];

/**
 * Delays the output of a response until a decision allows it. To its writer, the delayed response looks as if it had been sent.
 */
export class ResponseGate {
  private readonly originals: Record<Gated, (...args: readonly unknown[]) => unknown>;
  private state: 'open' | 'holding' | 'rejected' = 'open';
  private delayed: Call[] = [];
  private hasHead = false;
  private hasEnded = false;
  private isReleased = false;
  /** Callbacks that run when the gate holds nothing back. */
  private waiting: (() => void)[] = [];

  /**
   * @param mayPass the decision
   * @param sendReplacement sends another response in place of a rejected one
   * @param beforeOutput called once, before the first output. The headers can still be changed.
   * @throws TypeError if the methods of the response cannot be replaced
   */
  constructor(
    private readonly response: ServerResponse,
    private mayPass: GateDecision,
    private readonly sendReplacement: () => void,
    private readonly beforeOutput: () => void = () => undefined,
  ) {
    requireReplaceable(response);
    const originals = {} as typeof this.originals;
    for (const name of GATED) {
      originals[name] = (response[name] as (...args: readonly unknown[]) => unknown).bind(response);
      response[name] = ((...args: unknown[]) => this.intercept([name, args])) as never;
    }
    this.originals = originals;
  }

  /** Calls back when the gate holds nothing back: at once, or after the response has been sent or replaced. */
  whenNotHolding(callback: () => void): void {
    if (this.state === 'holding') this.waiting.push(callback);
    else callback();
  }

  /** Returns a function that calls the callback as `whenNotHolding` does. */
  delaying(callback: Callback | undefined): Callback {
    return (...args) => {
      this.whenNotHolding(() => void callback?.(...args));
    };
  }

  private intercept(call: Call): unknown {
    const [name, args] = call;
    if (this.state === 'rejected') return name === 'end' ? this.response : false;
    if (this.state === 'holding') return this.hold(call);

    const isAllowed = this.decide(name);
    if (isAllowed === true) {
      this.open();
      return this.originals[name](...args);
    }
    // Synchronous: if an error occurs and the response looks sent, Express closes the connection.
    if (isAllowed === false) {
      this.reject();
      return this.intercept(call);
    }
    this.state = 'holding';
    this.fakeHeadersSent();
    Promise.resolve(isAllowed)
      .then(allowed => {
        this.resume(allowed);
      })
      // Sending a delayed call can throw. Its writer has continued, so no other code can catch the error.
      .catch((error: unknown) => {
        this.response.destroy(error as Error);
      });
    return this.hold(call);
  }

  private decide(name: Gated): boolean | Promise<boolean> {
    const isLast = name === 'end';
    if (this.hasEnded || (this.hasHead && !isLast)) return true;
    const point = isLast ? (this.hasHead ? 'end' : 'whole') : 'head';
    this.hasHead = true;
    this.hasEnded = isLast;
    return this.mayPass(point);
  }

  private hold(call: Call): unknown {
    this.delayed.push(call);
    if (call[0] !== 'end') return false;
    Object.defineProperty(this.response, 'writableEnded', { configurable: true, value: true });
    return this.response;
  }

  private resume(isAllowed: boolean): void {
    const { delayed } = this;
    this.delayed = [];
    for (const name of ['headersSent', 'writableEnded']) Reflect.deleteProperty(this.response, name);
    this.state = 'open';
    if (isAllowed) this.release(delayed);
    else this.reject();
    // The released calls may be delayed again, for example `end` after `head`.
    const { waiting } = this;
    this.waiting = [];
    for (const callback of waiting) this.whenNotHolding(callback);
  }

  private release([first, ...others]: readonly Call[]): void {
    this.open();
    if (first !== undefined) this.originals[first[0]](...first[1]);
    for (const call of others) this.intercept(call);
    // A delayed `write` returned false, so the writer waits for this event.
    if (!this.response.writableEnded && !this.response.writableNeedDrain) this.response.emit('drain');
  }

  private open(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.beforeOutput();
  }

  private reject(): void {
    this.mayPass = () => true;
    this.isReleased = true;
    this.sendReplacement();
    this.state = 'rejected';
  }

  private fakeHeadersSent(): void {
    Object.defineProperty(this.response, 'headersSent', { configurable: true, value: true });
  }
}
