import { LRUCache } from 'lru-cache';
import type { CachedAction } from '../actions/cached-action.js';
import type { Address } from '../stores/store.js';
import type { ParsedRequest } from './parsed-request.js';

/** The target of a raw URL: one address, or one address per combination of some request headers. */
type Alias = AliasTarget | { readonly kind: 'by-headers'; readonly names: readonly string[] };

/** An address, and the action of its responses. */
export interface AliasTarget {
  readonly kind: 'address';
  readonly address: Address;
  /** Class and method. */
  readonly action: string;
}

/** The size of the alias table, as a fraction of `maxBytes`. */
const SHARE = 1 / 8;
/** The longest stored URL. A longer one is rarely requested twice. */
const MAX_URL_BYTES = 4096;
const BOOKKEEPING_BYTES = 600;

/**
 * Raw URLs as aliases of addresses. The application resolves path and query of the first request; later requests with the same
 * raw URL skip it. The table is bounded in bytes, so junk URLs evict other aliases, and not entries.
 */
export class UrlAliases {
  private readonly aliases: LRUCache<string, Alias>;

  constructor(maxBytes: number) {
    this.aliases = new LRUCache({
      maxSize: Math.max(1, Math.floor(maxBytes * SHARE)),
      maxEntrySize: MAX_URL_BYTES,
      sizeCalculation: (alias, rawUrl) => BOOKKEEPING_BYTES + 2 * rawUrl.length + bytesOf(alias),
    });
  }

  /** Finds the target of a request. @returns undefined if the table has none */
  resolve({ rawUrl, request }: ParsedRequest): AliasTarget | undefined {
    let alias = this.aliases.get(rawUrl);
    if (alias?.kind === 'by-headers') alias = this.aliases.get(withHeaders(rawUrl, alias.names, request.headers));
    return alias?.kind === 'address' ? alias : undefined;
  }

  /**
   * Adds an alias for the URL of a request.
   *
   * @param action `keyedHeaders`: the request headers, in lower case, that are in the key. `redirects`: true if the preference
   * in `Accept` is in the key, too
   */
  learn(
    { rawUrl, request }: ParsedRequest,
    { name, keyedHeaders, redirects }: Pick<CachedAction, 'name' | 'keyedHeaders' | 'redirects'>,
    address: Address,
  ): void {
    const alias: Alias = { kind: 'address', address, action: name };
    const listed = redirects ? [...keyedHeaders, 'accept'] : [...keyedHeaders];
    if (listed.length === 0) {
      this.aliases.set(rawUrl, alias);
      return;
    }
    this.aliases.set(rawUrl, { kind: 'by-headers', names: listed });
    this.aliases.set(withHeaders(rawUrl, listed, request.headers), alias);
  }
}

function withHeaders(rawUrl: string, names: readonly string[], headers: ParsedRequest['request']['headers']): string {
  return `${rawUrl}\n${JSON.stringify(names.map(name => [name, headers[name]]))}`;
}

function bytesOf(alias: Alias): number {
  return alias.kind === 'address' ? 2 * (alias.address.key.length + alias.address.path.path.length) : 0;
}
