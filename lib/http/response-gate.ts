import type { ServerResponse } from 'node:http';

/**
 * What the client is about to see: the first bytes of a response, the last bytes of a response of which the client has seen a part, or
 * the whole response.
 */
export type GatePoint = 'head' | 'end' | 'whole';

/**
 * Decides whether the client may see it. A promise holds the response back until it has settled; `false` means that the response is
 * never seen.
 */
export type GateDecision = (moment: GatePoint) => boolean | Promise<boolean>;

const GATED = ['write', 'end', 'flushHeaders'] as const;
type Gated = (typeof GATED)[number];
type Call = readonly [Gated, readonly unknown[]];

/** Lets nothing of a response out before its gatekeeper has said so. For its writer, what is held back has been sent. */
export class ResponseGate {
  private readonly pass: Record<Gated, (...args: readonly unknown[]) => unknown>;
  private state: 'open' | 'holding' | 'shut' = 'open';
  private held: Call[] = [];
  private hasHead = false;
  private hasEnded = false;
  private isOut = false;
  /** What waits until nothing is held back. */
  private waiting: (() => void)[] = [];

  /**
   * @param sendReplacement sends another response in place of one that is never seen
   * @param beforeOutput called once when the response is let out, and its headers may still be changed
   */
  constructor(
    private readonly response: ServerResponse,
    private gatekeeper: GateDecision,
    private readonly sendReplacement: () => void,
    private readonly beforeOutput: () => void = () => undefined,
  ) {
    const pass = {} as typeof this.pass;
    for (const name of GATED) {
      pass[name] = (response[name] as (...args: readonly unknown[]) => unknown).bind(response);
      response[name] = ((...args: unknown[]) => this.take([name, args])) as never;
    }
    this.pass = pass;
  }

  /** Calls back when nothing is held back: at once, or after the response has been let out or replaced. */
  whenNotHolding(callback: () => void): void {
    if (this.state === 'holding') this.waiting.push(callback);
    else callback();
  }

  private take(call: Call): unknown {
    const [name, args] = call;
    if (this.state === 'shut') return name === 'end' ? this.response : false;
    if (this.state === 'holding') return this.hold(call);

    const isAllowed = this.ask(name);
    if (isAllowed === true) {
      this.open();
      return this.pass[name](...args);
    }
    // At once: Express breaks the connection of an error whose response seems to have been sent.
    if (isAllowed === false) {
      this.reject();
      return this.take(call);
    }
    this.state = 'holding';
    this.fakeHeadersSent();
    Promise.resolve(isAllowed)
      .then(allowed => {
        this.resume(allowed);
      })
      // What was held may be nothing that can be sent: its writer has gone on, and nobody else is there to catch the error.
      .catch((error: unknown) => {
        this.response.destroy(error as Error);
      });
    return this.hold(call);
  }

  private ask(name: Gated): boolean | Promise<boolean> {
    const isLast = name === 'end';
    if (this.hasEnded || (this.hasHead && !isLast)) return true;
    const moment = isLast ? (this.hasHead ? 'end' : 'whole') : 'head';
    this.hasHead = true;
    this.hasEnded = isLast;
    return this.gatekeeper(moment);
  }

  private hold(call: Call): unknown {
    this.held.push(call);
    if (call[0] !== 'end') return false;
    Object.defineProperty(this.response, 'writableEnded', { configurable: true, value: true });
    return this.response;
  }

  private resume(isAllowed: boolean): void {
    const { held } = this;
    this.held = [];
    for (const name of ['headersSent', 'writableEnded']) Reflect.deleteProperty(this.response, name);
    this.state = 'open';
    if (isAllowed) this.release(held);
    else this.reject();
    // What was held back may have to be held back again.
    const { waiting } = this;
    this.waiting = [];
    for (const callback of waiting) this.whenNotHolding(callback);
  }

  private release([asked, ...others]: readonly Call[]): void {
    this.open();
    if (asked !== undefined) this.pass[asked[0]](...asked[1]);
    for (const call of others) this.take(call);
    // Whoever was told to wait before writing on.
    if (!this.response.writableEnded && !this.response.writableNeedDrain) this.response.emit('drain');
  }

  private open(): void {
    if (this.isOut) return;
    this.isOut = true;
    this.beforeOutput();
  }

  private reject(): void {
    this.gatekeeper = () => true;
    this.isOut = true;
    this.sendReplacement();
    this.state = 'shut';
  }

  private fakeHeadersSent(): void {
    Object.defineProperty(this.response, 'headersSent', { configurable: true, value: true });
  }
}
