/**
 * A method's promise, as routing-controllers takes it: with one callback, whose own promise settles when the interceptors have run and
 * the result has been handed to the response.
 *
 * @param onThrough called then, and when the method has failed
 */
export function followed(result: Promise<unknown>, onThrough: () => void): PromiseLike<unknown> {
  return {
    then(onFulfilled, onRejected) {
      const through = result.then(onFulfilled, onRejected);
      through.then(onThrough, onThrough);
      return through;
    },
  };
}
