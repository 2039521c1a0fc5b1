import etag from 'etag';
import { bytes } from './answer.mjs';

/** The headers that the library sends with a hit, without those of Node and Express. */
export const headers = {
  'Content-Type': 'application/json; charset=utf-8',
  ETag: etag(bytes, { weak: true }),
  'Cache-Control': 'no-cache',
  'Cache-Status': 'routing-controllers-cache; hit; ttl=3600',
  'Content-Length': bytes.length,
};
