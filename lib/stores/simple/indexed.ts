import { textBytes } from './own-text.js';
import type { Place, Weighed } from './path-tree.js';
import type { TagGroup } from './tag-index.js';

/** What stands at a place of a tree. */
export type Standing = Indexed | FurtherPath;

const NONE: readonly never[] = [];

/** What the index finds by path and by tag: an entry, or a computation under way. */
export abstract class Indexed implements Weighed {
  /** Of an entry; a computation under way takes none. */
  abstract readonly bytes: number;
  /** `undefined`: it is not in the index. */
  place: Place<Standing> | undefined = undefined;
  further: readonly FurtherPath[] = NONE;
  groups: readonly TagGroup<Indexed>[] = NONE;

  get entries(): number {
    return this.bytes > 0 ? 1 : 0;
  }

  /** Whether it is in the index, and nothing that covers it has been invalidated since it came there. */
  get isLiving(): boolean {
    if (this.place === undefined || this.place.isCut) return false;
    return this.groups.every(group => !group.isCut) && this.further.every(({ place }) => place?.isCut === false);
  }
}

/** Measured: the objects of a further path. */
const FURTHER_PATH_BYTES = 150;

/** A further path that an entry is reached by. */
export class FurtherPath implements Weighed {
  /** The entry is counted at its own place. */
  readonly entries = 0;
  readonly bytes: number;
  place: Place<Standing> | undefined = undefined;

  constructor(
    readonly of: Indexed,
    readonly path: string,
  ) {
    this.bytes = FURTHER_PATH_BYTES + textBytes(path);
  }
}
