import { LRUCache } from 'lru-cache';
import type { CachedAction } from '../actions/cached-action.js';
import type { Address } from '../stores/store.js';
import type { ParsedRequest } from './parsed-request.js';

/** Where a spelling of a URL leads: to an address, or to one for each combination of some request headers. */
type Alias = AliasTarget | { readonly kind: 'by-headers'; readonly names: readonly string[] };

/** An address, and the action whose responses stand there. */
export interface AliasTarget {
  readonly kind: 'address';
  readonly address: Address;
  /** Class and method. */
  readonly action: string;
}

/** The share of `maxBytes` that spellings may take beside the entries. */
const SHARE = 1 / 8;
/** Longer spellings are hardly asked for twice. */
const MAX_URL_BYTES = 4096;
const BOOKKEEPING_BYTES = 600;

/**
 * Raw spellings of URLs, as aliases of addresses: what a request's path and query mean is known when it has been through the
 * application once. Bounded in bytes, so that junk in URLs takes the place of other junk.
 */
export class UrlAliases {
  private readonly leads: LRUCache<string, Alias>;

  constructor(maxBytes: number) {
    this.leads = new LRUCache({
      maxSize: Math.max(1, Math.floor(maxBytes * SHARE)),
      maxEntrySize: MAX_URL_BYTES,
      sizeCalculation: (lead, spelling) => BOOKKEEPING_BYTES + 2 * spelling.length + bytesOf(lead),
    });
  }

  /** @returns `undefined` where it is not known yet */
  resolve({ rawUrl, request }: ParsedRequest): AliasTarget | undefined {
    let lead = this.leads.get(rawUrl);
    if (lead?.kind === 'by-headers') lead = this.leads.get(withHeaders(rawUrl, lead.names, request.headers));
    return lead?.kind === 'address' ? lead : undefined;
  }

  /**
   * @param action `keyedHeaders`: request headers, in lower case, that are in the address's key; `redirects`: whether what the request's
   * `Accept` comes to is, too
   */
  learn(
    { rawUrl, request }: ParsedRequest,
    { name, keyedHeaders, redirects }: Pick<CachedAction, 'name' | 'keyedHeaders' | 'redirects'>,
    address: Address,
  ): void {
    const lead: Alias = { kind: 'address', address, action: name };
    const listed = redirects ? [...keyedHeaders, 'accept'] : [...keyedHeaders];
    if (listed.length === 0) {
      this.leads.set(rawUrl, lead);
      return;
    }
    this.leads.set(rawUrl, { kind: 'by-headers', names: listed });
    this.leads.set(withHeaders(rawUrl, listed, request.headers), lead);
  }
}

function withHeaders(spelling: string, names: readonly string[], headers: ParsedRequest['request']['headers']): string {
  return `${spelling}\n${JSON.stringify(names.map(name => [name, headers[name]]))}`;
}

function bytesOf(lead: Alias): number {
  return lead.kind === 'address' ? 2 * (lead.address.key.length + lead.address.path.path.length) : 0;
}
