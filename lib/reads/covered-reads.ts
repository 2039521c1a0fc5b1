import type { DeclaredReads } from '../actions/declared-reads.js';
import { CONDITIONS_AND_RANGES } from '../http/preconditions.js';
import { describeRead, type Read } from './read.js';

/** The reads of one request that its key covers: two requests with the same key get the same values. */
export class CoveredReads {
  /** True if the method has read a range. Only a partial response is then storable. */
  hasReadRange = false;
  private readonly named = new Set<string>();

  /**
   * @param args the arguments of the method
   * @param areLocalsKeyed true if `response.locals` is in the key
   */
  constructor(
    private readonly declared: DeclaredReads,
    private readonly args: readonly unknown[],
    private readonly areLocalsKeyed: boolean,
  ) {}

  /** Adds the reads of the author's own part of the key (`varyBy`), which the key therefore covers. */
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
    // The cache detaches these headers while the method runs, except ranges, if the action stores partial responses.
    if (CONDITIONS_AND_RANGES.includes(name)) {
      this.hasReadRange ||= value !== undefined;
      return true;
    }
    if (declared.namedHeaders.has(name)) return true;
    return this.isRaw(declared.headers.get(name), declared.allHeaders, name, value);
  }

  /** True if an argument has the value that the client sent. A converted one is ambiguous: `10` and `010` both become 10. */
  private isRaw(position: number | undefined, all: number | undefined, name: string, value: unknown): boolean {
    if (position !== undefined && this.args.at(position) === value) return true;
    const record = all === undefined ? undefined : (this.args.at(all) as Record<string, unknown> | null | undefined);
    return record !== undefined && record !== null && record[name] === value;
  }

  /** True for the signed-in user and for any other argument in the key, whichever property a middleware has stored it in. */
  private isKnown(name: string, value: unknown): boolean {
    const { user } = this.declared;
    if (name === 'user' && user !== undefined && Boolean(value) && this.args.at(user) === value) return true;
    return this.isArgument(value);
  }

  private isArgument(value: unknown): boolean {
    return typeof value === 'object' && value !== null && this.declared.keyed.some(position => this.args.at(position) === value);
  }
}
