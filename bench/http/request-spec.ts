import type { Asked } from './contender.js';
import type { Load } from './load.js';

/** The requests to one contender. */
export interface RequestSpec {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly asked: Asked;
}

/** Returns the requests to a contender. A conditional request has the ETag of an earlier response. */
export async function requestSpecOf(asked: Asked, origin: string): Promise<RequestSpec> {
  switch (asked) {
    case 'same':
      return { url: `${origin}/friends`, headers: {}, asked };
    case 'growing':
      return { url: `${origin}/friends/pages`, headers: {}, asked };
    case 'conditional': {
      const response = await fetch(`${origin}/friends`);
      await response.arrayBuffer();
      return { url: `${origin}/friends`, headers: { 'If-None-Match': response.headers.get('etag') ?? '' }, asked };
    }
  }
}

let pages = 0;

/** Reserves pages that no request has used. @returns the number of the first */
export function freshPage(count: number): number {
  pages += count;
  return pages - count;
}

/** A number of pages that no contender reaches in one load. */
const PAGES_OF_A_LOAD = 100_000_000;

/** Returns the requests as a load. */
export function asLoad({ url, headers, asked }: RequestSpec, seconds: number, connections: number): Load {
  return { url, headers, seconds, connections, growsFrom: asked === 'growing' ? freshPage(PAGES_OF_A_LOAD) : undefined };
}
