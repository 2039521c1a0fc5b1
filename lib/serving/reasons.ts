/** Why a computation has ended without an entry, in words for those who look into it. */
export const REASONS = {
  setsCookie: 'the response sets a cookie',
  clientLeft: 'the client left',
  answeredByOthers: 'a middleware answered in the place of the method',
  handlerFailed: 'the handler failed',
  goesBack: 'the redirect goes back to the Referer of the request',
  cacheFailed: 'the cache failed',
} as const;
