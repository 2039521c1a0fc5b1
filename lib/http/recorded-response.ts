import type { ServerResponse } from 'node:http';
import etag from 'etag';
import { headerText, storableHeaders } from './header-changes.js';
import type { RecordedHead } from './response-recorder.js';
import type { StoredResponse } from './stored-response.js';

/** Gives a response whose body is known an `ETag`, unless it has one. */
export function identify(response: ServerResponse, { status, wholeBody }: RecordedHead): void {
  if (wholeBody === undefined || status === 204 || response.hasHeader('etag')) return;
  response.setHeader('ETag', etag(wholeBody, { weak: true }));
}

/** What is kept of a recorded response, with an `ETag` where the handler and Express gave none. */
export function storedResponse(
  { status, statusMessage, headers: recorded, wholeBody }: RecordedHead,
  body: Buffer,
  { callsNext }: Pick<StoredResponse, 'callsNext'>,
): StoredResponse {
  const headers = storableHeaders(recorded);
  if (status !== 204 && headerText(headers, 'etag') === undefined) {
    headers.push({ kind: 'set', name: 'ETag', value: etag(body, { weak: true }) });
  }
  return { status, statusMessage, headers, body, isStreamed: wholeBody === undefined, callsNext };
}
