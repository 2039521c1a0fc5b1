/** A header that the handler changed. */
export type HeaderChange =
  | { readonly kind: 'set'; readonly name: string; readonly value: string | readonly string[] }
  /** The handler added to what a middleware had set: only its own part is kept, the middleware's is set anew on each request. */
  | { readonly kind: 'append'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'remove'; readonly name: string };

/** A response as the handler made it: what middlewares did before and do after is not in it. */
export interface StoredResponse {
  readonly status: number;
  readonly statusMessage: string | undefined;
  readonly headers: readonly HeaderChange[];
  readonly body: Buffer;
  /** Whether the head went out before the end of the body was known: Node writes some headers differently then. */
  readonly isStreamed: boolean;
  /** Whether routing-controllers went on to the after-middlewares, as it does for all but buffers and streams. */
  readonly callsNext: boolean;
}
