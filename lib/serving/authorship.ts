import { responseOf, type ActionCall, type Response } from '../actions/action-call.js';
import { MethodResponse } from '../http/method-response.js';

/**
 * Finds the author of the response to a cached action: the method, routing-controllers with the result of the method, or a
 * middleware in place of both, such as one with a time limit.
 */
export class Authorship {
  /** True if the method has returned or thrown. */
  hasSettled = false;
  /** True if the method has ended the response. When the method returns, routing-controllers calls `next` nevertheless. */
  endedByHandler = false;
  /** True if routing-controllers has called the after-middlewares, which it does after it has sent a result. */
  hasContinued = false;
  private readonly response: Response;
  private readonly own: MethodResponse<Response> | undefined;
  private hasPassedOn = false;
  private returnsResponse = false;
  private isSent = false;

  /**
   * Replaces each argument that is the response by a proxy for the method alone.
   *
   * @param onError called with an error passed to `next`
   */
  constructor(call: ActionCall, onError: (error: unknown) => void) {
    this.response = responseOf(call);
    this.interceptNext(call, onError);
    this.own = this.replaceResponse(call.args);
  }

  /** Notes the method's result. @returns the result for routing-controllers: the response itself in place of its proxy */
  settledWith(result: unknown): unknown {
    this.hasSettled = true;
    this.returnsResponse = result === this.response || (this.own !== undefined && result === this.own.proxy);
    // routing-controllers pipes a stream, so the response has no `end` with all its bytes.
    if (!this.returnsResponse) this.response.once('pipe', () => (this.isSent = true));
    return this.returnsResponse ? this.response : result;
  }

  /** Called at the first bytes. @returns false if they are a middleware's */
  mayBegin(): boolean {
    this.isSent ||= this.own?.isInUse === true;
    return this.isSent || (this.hasSettled && !this.returnsResponse);
  }

  /** Called at the last bytes. @param encoding the encoding that `end` was called with */
  noteEnd(encoding: unknown): void {
    this.endedByHandler = !this.hasSettled;
    // After bytes, routing-controllers does not call `next`. Only routing-controllers ends a response with this encoding.
    this.isSent ||= encoding === 'binary' && this.hasSettled;
  }

  /** True if the method or routing-controllers has sent the response. Valid once routing-controllers had time to call `next`. */
  get isOwn(): boolean {
    return this.isSent || (this.hasPassedOn && !this.returnsResponse);
  }

  private replaceResponse(args: unknown[]): MethodResponse<Response> | undefined {
    if (!args.includes(this.response)) return undefined;
    const own = new MethodResponse(this.response);
    for (const [index, argument] of args.entries()) if (argument === this.response) args[index] = own.proxy;
    return own;
  }

  private interceptNext({ action }: ActionCall, onError: (error: unknown) => void): void {
    const next = action.next;
    action.next = (error?: unknown): unknown => {
      this.hasPassedOn = true;
      if (error === undefined) this.hasContinued = true;
      else onError(error);
      return next?.(error) as unknown;
    };
  }
}
