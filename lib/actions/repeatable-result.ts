type OnFulfilled = (result: unknown) => unknown;
type OnRejected = (error: unknown) => unknown;

/**
 * A result of a method that routing-controllers can handle again. It passes the results of a method to one callback of `then`, which
 * runs the interceptors and answers, and errors to one callback of `catch`. Both work with the request and the response that the action
 * has at the time of the call.
 */
export class RepeatableResult {
  private onFulfilled: OnFulfilled | undefined;
  private onRejected: OnRejected | undefined;

  /** @returns the result for routing-controllers */
  of(result: unknown): PromiseLike<unknown> {
    return {
      then: (onFulfilled: OnFulfilled) => {
        this.onFulfilled = onFulfilled;
        const handled = Promise.resolve(result).then(onFulfilled);
        return {
          catch: (onRejected: OnRejected) => {
            this.onRejected = onRejected;
            return handled.catch(onRejected);
          },
        };
      },
    } as unknown as PromiseLike<unknown>;
  }

  /** Lets routing-controllers handle a further result, or error. */
  async handle(method: () => unknown): Promise<void> {
    try {
      await this.onFulfilled?.(await method());
    } catch (error) {
      await this.onRejected?.(error);
    }
  }
}
