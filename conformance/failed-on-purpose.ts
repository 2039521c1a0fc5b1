/** Tests that fail for the same reason, by id. */
export interface FailedOnPurpose {
  /** One sentence. It begins with `BUG` if the library is wrong, and not the test's expectation. */
  readonly reason: string;
  readonly tests: readonly string[];
}

const CHANGES = ['POST', 'PUT', 'DELETE', 'M-SEARCH'];

/** All tests that may fail. A failed test outside of the list is an error, and so is a listed test that passes. */
export const FAILED_ON_PURPOSE: readonly FailedOnPurpose[] = [
  {
    reason:
      'The cache never revalidates, it computes anew: the handler is in the same process, and asking it costs what an answer costs.',
    tests: [
      'cc-resp-must-revalidate-stale',
      'conditional-etag-strong-generate',
      'conditional-etag-strong-generate-unquoted',
      'conditional-etag-vary-headers',
      'conditional-etag-vary-headers-mismatch',
      'conditional-etag-weak-generate-weak',
    ],
  },
  {
    reason: 'With `no-cache` the handler says not to reuse the response unasked, so it is not stored: asking would be computing.',
    tests: ['cc-resp-no-cache-revalidate', 'cc-resp-no-cache-revalidate-fresh'],
  },
  {
    reason:
      '`no-cache` with a list of fields counts as `no-cache` for the whole response, the cautious reading, so it is not stored.',
    tests: [
      'headers-omit-headers-listed-in-Cache-Control-no-cache',
      'headers-omit-headers-listed-in-Cache-Control-no-cache-single',
    ],
  },
  {
    reason: 'Whoever lists a status in `statuses` says that it is understood.',
    tests: ['status-599-must-understand'],
  },
  {
    reason: 'Only responses to `GET` are stored.',
    tests: ['method-POST'],
  },
  {
    reason:
      'A response that varies by a header is stored where the method declares that header with `@HeaderParam`, which puts it into the key; here it is not declared.',
    tests: [
      'vary-2-match',
      'vary-3-match',
      'vary-3-omit',
      'vary-cache-key',
      'vary-invalidate',
      'vary-match',
      'vary-normalise-combine',
      'vary-normalise-lang-case',
      'vary-normalise-lang-order',
      'vary-normalise-lang-select',
      'vary-normalise-lang-space',
      'vary-normalise-space',
    ],
  },
  {
    reason: 'Entity-tags are compared as they are written, quotes included (RFC 9110 §8.8.3).',
    tests: ['conditional-etag-quoted-respond-unquoted', 'conditional-etag-unquoted-respond-quoted'],
  },
  {
    reason:
      'Node writes the headers before a text body as UTF-8, so that the entity-tag of the test is another one already on its first way to the client, with any cache or none.',
    tests: ['conditional-etag-strong-respond-obs-text'],
  },
  {
    reason: 'The handler does not see the condition: answered with a 304 it would leave nothing to store.',
    tests: ['conditional-etag-forward', 'conditional-etag-forward-unquoted'],
  },
  {
    reason: 'The body is not as long as its `Content-Length` says, and what may have been cut off is not stored.',
    tests: ['headers-store-Content-Length'],
  },
  {
    reason: 'A response that sets a cookie is never stored: the cookie is one caller’s.',
    tests: ['headers-store-Set-Cookie', 'other-set-cookie'],
  },
  {
    reason: 'A change that failed with a status of 500 may be half done, so it invalidates.',
    tests: CHANGES.map(method => `invalidate-${method}-failed`),
  },
  {
    reason: 'The action of the tests lets requests with `Authorization` pass by (`unless`), whatever its response says.',
    tests: ['other-authorization-must-revalidate', 'other-authorization-public', 'other-authorization-smaxage'],
  },
  {
    reason: 'The action of the tests lets requests with `Cookie` pass by (`unless`).',
    tests: ['other-cookie'],
  },
];
