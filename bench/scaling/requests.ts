import type { RequestListener } from 'node:http';
import { inject } from '../inject.js';

const AT_ONCE = 50;

/** Sends so many requests through an application, and comes back to the event loop between them, as a server does. */
export async function sendRequests(app: RequestListener, count: number, pathOf: (index: number) => string): Promise<void> {
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    const batch = Math.min(AT_ONCE, count - sent);
    await Promise.all(Array.from({ length: batch }, (_, offset) => inject(app, pathOf(sent + offset))));
    await new Promise(resolve => setImmediate(resolve));
  }
}
