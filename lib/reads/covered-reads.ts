import type { DeclaredReads } from '../actions/declared-reads.js';
import { CONDITIONS_AND_RANGES } from '../http/preconditions.js';
import { describeRead, type Read } from './read.js';

/** What of one request the key covers. */
export class CoveredReads {
  /** Whether a range has been read, so that only a partial response is as if it had not. */
  hasReadRange = false;
  private readonly named = new Set<string>();

  /**
   * @param args as the method gets them
   * @param areLocalsKeyed whether `response.locals` is in the key
   */
  constructor(
    private readonly declared: DeclaredReads,
    private readonly args: readonly unknown[],
    private readonly areLocalsKeyed: boolean,
  ) {}

  /** Covers what a part of the key that is the author's was made of. */
  add(reads: readonly Read[]): void {
    for (const read of reads) this.named.add(describeRead(read));
  }

  has(read: Read): boolean {
    return this.isDeclared(read) || this.named.has(describeRead(read));
  }

  private isDeclared(read: Read): boolean {
    switch (read.kind) {
      case 'header':
        return this.hasHeader(read.name.toLowerCase(), read.value);
      case 'headers':
        return this.isArgument(read.value);
      case 'cookie':
        return this.isRaw(this.declared.cookies.get(read.name), this.declared.allCookies, read.name, read.value);
      case 'url':
        return this.declared.url || this.isArgument(read.value);
      case 'local':
        return this.areLocalsKeyed || this.isKnown(read.name, read.value);
      case 'locals':
        return this.areLocalsKeyed;
      case 'request':
        return this.isKnown(read.name, read.value);
      default:
        return false;
    }
  }

  private hasHeader(name: string, value: unknown): boolean {
    const { declared } = this;
    if (name === 'host') return declared.url || declared.namedHeaders.has(name);
    // While the method runs they are taken off the request, but for a range, where partial responses are wanted.
    if (CONDITIONS_AND_RANGES.includes(name)) {
      this.hasReadRange ||= value !== undefined;
      return true;
    }
    if (declared.namedHeaders.has(name)) return true;
    return this.isRaw(declared.headers.get(name), declared.allHeaders, name, value);
  }

  /** True if an argument has the value as it was sent. A converted one is equal for several: 10 for `10` and for `010`. */
  private isRaw(position: number | undefined, all: number | undefined, name: string, value: unknown): boolean {
    if (position !== undefined && this.args.at(position) === value) return true;
    const record = all === undefined ? undefined : (this.args.at(all) as Record<string, unknown> | null | undefined);
    return record !== undefined && record !== null && record[name] === value;
  }

  /** True for the signed-in user, and for any other argument in the key, wherever a middleware has put it. */
  private isKnown(name: string, value: unknown): boolean {
    const { user } = this.declared;
    if (name === 'user' && user !== undefined && Boolean(value) && this.args.at(user) === value) return true;
    return this.isArgument(value);
  }

  private isArgument(value: unknown): boolean {
    return typeof value === 'object' && value !== null && this.declared.keyed.some(position => this.args.at(position) === value);
  }
}
