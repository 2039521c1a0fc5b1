/** A request under way, as routing-controllers hands it to interceptors and checkers. The same shape as its own `Action`. */
export interface Action {
  // Its types depend on the driver, Express or Koa, as in routing-controllers.
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
