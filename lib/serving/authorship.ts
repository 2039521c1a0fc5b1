import { responseOf, type ActionCall, type Response } from '../actions/action-call.js';
import { MethodResponse } from '../http/method-response.js';

/**
 * Tells who answers a request to a cached action: the method by itself, routing-controllers with the result of the method, or a
 * middleware in the place of both, such as one that answers for a slow method.
 */
export class Authorship {
  /** Whether the method has returned or thrown. */
  hasSettled = false;
  /** Whether the method has ended the response itself: routing-controllers goes on all the same when the method returns. */
  endedByHandler = false;
  /** Whether routing-controllers has gone on to the after-middlewares, which it does after it has sent a result. */
  hasContinued = false;
  private readonly response: Response;
  private readonly own: MethodResponse<Response> | undefined;
  private hasPassedOn = false;
  private returnsResponse = false;
  private isSent = false;

  /** Gives the method a response of its own, where it has one. @param onError called with an error that is passed on */
  constructor(call: ActionCall, onError: (error: unknown) => void) {
    this.response = responseOf(call);
    this.interceptNext(call, onError);
    this.own = this.ownIn(call.args);
  }

  /** To be called with what the method returned. @returns what routing-controllers is to get: the response as it knows it */
  settledWith(result: unknown): unknown {
    this.hasSettled = true;
    this.returnsResponse = result === this.response || (this.own !== undefined && result === this.own.proxy);
    // What routing-controllers pipes comes in pieces.
    if (!this.returnsResponse) this.response.once('pipe', () => (this.isSent = true));
    return this.returnsResponse ? this.response : result;
  }

  /** At the first bytes. @returns false if they are a middleware's */
  mayBegin(): boolean {
    this.isSent ||= this.own?.isInUse === true;
    return this.isSent || (this.hasSettled && !this.returnsResponse);
  }

  /** At the last bytes. @param encoding as `end` was called with */
  noteEnd(encoding: unknown): void {
    this.endedByHandler = !this.hasSettled;
    // After bytes, routing-controllers does not go on. Nobody else sends them so.
    this.isSent ||= encoding === 'binary' && this.hasSettled;
  }

  /** When what comes right after the last bytes has been done: routing-controllers has passed the request on. */
  get isOwn(): boolean {
    return this.isSent || (this.hasPassedOn && !this.returnsResponse);
  }

  private ownIn(args: unknown[]): MethodResponse<Response> | undefined {
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
