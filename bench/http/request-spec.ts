import type { Asked } from './contender.js';
import type { Load } from './load.js';

/** What one contender is asked, and how. */
export interface RequestSpec {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly asked: Asked;
}

/** Finds out what a contender has to be asked: a conditional request names the ETag that it has sent. */
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

/** The first of so many pages that nobody has asked for yet. */
export function freshPage(count: number): number {
  pages += count;
  return pages - count;
}

/** More than any contender answers in one load. */
const PAGES_OF_A_LOAD = 100_000_000;

/** The request as a load. */
export function asLoad({ url, headers, asked }: RequestSpec, seconds: number, connections: number): Load {
  return { url, headers, seconds, connections, growsFrom: asked === 'growing' ? freshPage(PAGES_OF_A_LOAD) : undefined };
}
