/** A header that the handler changed. */
export type HeaderChange =
  | { readonly kind: 'set'; readonly name: string; readonly value: string | readonly string[] }
  /** The handler appended to a middleware's header. Only its part is stored; the middleware sets its own on each request. */
  | { readonly kind: 'append'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'remove'; readonly name: string };

/** A response of the handler, without the changes that middlewares make before or after it. */
export interface StoredResponse {
  readonly status: number;
  readonly statusMessage: string | undefined;
  readonly headers: readonly HeaderChange[];
  readonly body: Buffer;
  /** True if the head was sent before the body was complete. Node then writes some headers differently. */
  readonly isStreamed: boolean;
  /** True if routing-controllers called the after-middlewares, as it does for all results except buffers and streams. */
  readonly callsNext: boolean;
}
