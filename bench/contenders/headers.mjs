import etag from 'etag';
import { bytes } from './answer.mjs';

/** What the library sends with a hit, beside what Node and Express add by themselves. */
export const headers = {
  'Content-Type': 'application/json; charset=utf-8',
  ETag: etag(bytes, { weak: true }),
  'Cache-Control': 'no-cache',
  'Cache-Status': 'routing-controllers-cache; hit; ttl=3600',
  'Content-Length': bytes.length,
};
