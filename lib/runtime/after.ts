import type { MaybePromise } from '../stores/store.js';

/** Continues with a value: at once if it is known. */
export function after<From, To>(value: MaybePromise<From>, next: (value: From) => MaybePromise<To>): MaybePromise<To> {
  return value instanceof Promise ? value.then(next) : next(value);
}
