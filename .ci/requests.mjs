import { Buffer } from 'node:buffer';
import { request } from 'node:http';
import { CheckFailure } from './check-report.mjs';

const TIMEOUT = 10_000;

/** Sends one request on its own connection. Returns `{ status, headers, body }`, with the bytes of the body. */
export function send(port, path, { method = 'GET', json } = {}) {
  const body = json === undefined ? undefined : JSON.stringify(json);
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, response => {
      const chunks = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    sent.setTimeout(TIMEOUT, () => sent.destroy(new CheckFailure(`${method} ${path}: no answer within ${TIMEOUT / 1000} s.`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Sends a request and fails unless its response has the status. */
export async function sendExpecting(status, port, path, options) {
  const response = await send(port, path, options);
  if (response.status !== status) throw new CheckFailure(`${path}: expected status ${status}.`, shown(response));
  return response;
}

/** Requests a path that is not in the cache. */
export async function expectMiss(port, path) {
  const response = await sendExpecting(200, port, path);
  if (!/; fwd=miss$/.test(cacheStatusOf(response))) throw new CheckFailure(`${path}: expected a miss.`, shown(response));
  return response;
}

/** Requests a path again, and fails unless the response is a hit with the bytes of the first response. */
export async function expectHit(port, path, first) {
  const response = await sendExpecting(200, port, path);
  if (!/; hit; ttl=\d+$/.test(cacheStatusOf(response))) throw new CheckFailure(`${path}: expected a hit.`, shown(response));
  if (!response.body.equals(first.body) || response.headers['content-type'] !== first.headers['content-type']) {
    throw new CheckFailure(`${path}: the hit differs.`, `first: ${shown(first)}\nthen: ${shown(response)}`);
  }
}

function cacheStatusOf({ headers }) {
  return headers['cache-status'] ?? '';
}

function shown({ status, headers, body }) {
  return `${status} ${JSON.stringify(headers)}\n${body.toString()}`;
}
