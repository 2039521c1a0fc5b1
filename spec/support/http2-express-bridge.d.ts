declare module 'http2-express-bridge' {
  import type { Application } from 'express';
  import type express from 'express';

  /** An Express app that answers over HTTP/2, too. */
  export default function bridge(library: typeof express): Application;
}
