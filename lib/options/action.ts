/**
 * A request that routing-controllers passes to interceptors and checkers. It has the same shape as the `Action` of
 * routing-controllers.
 */
export interface Action {
  // The types depend on the driver, Express or Koa, as in routing-controllers.
  /* eslint-disable @typescript-eslint/no-explicit-any */
  /** The request of the driver. */
  request: any;
  /** The response of the driver. */
  response: any;
  /** Koa's context. */
  context?: any;
  /* eslint-enable @typescript-eslint/no-explicit-any */
  /** Calls the next middleware. */
  next?: Function; // eslint-disable-line @typescript-eslint/no-unsafe-function-type -- as in routing-controllers
}
