/** The parts of the package `http-cache-tests` that are used here; it has no types of its own. */

declare module 'http-cache-tests/tests/index.mjs' {
  export interface PublicTest {
    readonly id: string;
    readonly name: string;
    /** Default: `required`. */
    readonly kind?: 'required' | 'optimal' | 'check';
    /** For the caches of browsers, and not run for others. */
    readonly browser_only?: boolean;
  }
  export interface PublicGroup {
    readonly id: string;
    readonly name: string;
    readonly tests: readonly PublicTest[];
  }
  const groups: readonly PublicGroup[];
  export default groups;
}

declare module 'http-cache-tests/client/runner.mjs' {
  import type { PublicGroup } from 'http-cache-tests/tests/index.mjs';
  /** Runs the tests, 100 at a time. */
  export function runTests(
    groups: readonly PublicGroup[],
    fetchFunction: typeof fetch,
    isBrowser: boolean,
    baseUrl: string,
  ): Promise<void>;
  /** By test id: `true`, or the kind of failure and what was seen. */
  export function getResults(): Readonly<Record<string, true | readonly [kind: string, message: string]>>;
}

declare module 'http-cache-tests/server/handle-test.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  /** Answers a request as its test has scripted it, at once, and notes it in the state of the test. */
  export default function handleTest(pathSegments: readonly string[], request: IncomingMessage, response: ServerResponse): void;
}

declare module 'http-cache-tests/server/handle-config.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  /** Takes the script of a test. */
  export default function handleConfig(pathSegments: readonly string[], request: IncomingMessage, response: ServerResponse): void;
}

declare module 'http-cache-tests/server/handle-state.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  /** Tells which requests of a test have reached the origin. */
  export default function handleState(pathSegments: readonly string[], request: IncomingMessage, response: ServerResponse): void;
}
