/** The used parts of the package `http-cache-tests`, which has no types. */

declare module 'http-cache-tests/tests/index.mjs' {
  export interface PublicTest {
    readonly id: string;
    readonly name: string;
    /** @default 'required' */
    readonly kind?: 'required' | 'optimal' | 'check';
    /** True for tests of browser caches, which do not run for other caches. */
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
  /** The results by test id: `true`, or the kind of failure and the seen response. */
  export function getResults(): Readonly<Record<string, true | readonly [kind: string, message: string]>>;
}

declare module 'http-cache-tests/server/handle-test.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  /** Answers a request with the script of its test, and records it in the state of the test. */
  export default function handleTest(pathSegments: readonly string[], request: IncomingMessage, response: ServerResponse): void;
}

declare module 'http-cache-tests/server/handle-config.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  /** Receives the script of a test. */
  export default function handleConfig(pathSegments: readonly string[], request: IncomingMessage, response: ServerResponse): void;
}

declare module 'http-cache-tests/server/handle-state.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  /** Answers with the requests of a test that have reached the origin. */
  export default function handleState(pathSegments: readonly string[], request: IncomingMessage, response: ServerResponse): void;
}
