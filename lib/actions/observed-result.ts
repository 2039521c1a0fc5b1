/**
 * Wraps a method's promise so that its use can be observed. routing-controllers calls `then` with one callback, whose own promise
 * settles when the interceptors have run and the result has been handed to the response.
 *
 * @param onHandled called when that promise settles, and when the method has failed
 */
export function observedResult(result: Promise<unknown>, onHandled: () => void): PromiseLike<unknown> {
  return {
    then(onFulfilled, onRejected) {
      const handled = result.then(onFulfilled, onRejected);
      handled.then(onHandled, onHandled);
      return handled;
    },
  };
}
