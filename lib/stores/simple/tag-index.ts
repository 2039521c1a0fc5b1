import { LRUCache } from 'lru-cache';
import { flatCopy, stringBytes } from './flat-string.js';
import type { Sized } from './path-trie.js';

/** Tags whose last invalidation is remembered by itself; of all others, only the latest is known. */
const MAX_REMEMBERED = 10_000;

/** When tags were invalidated, for computations that learn of their tags when they end. */
export class TagInvalidations {
  private oldestUnknown = 0;
  private latest = 0;
  private readonly remembered = new LRUCache<string, number>({
    max: MAX_REMEMBERED,
    dispose: (sequence, _tag, reason) => {
      if (reason === 'evict') this.oldestUnknown = Math.max(this.oldestUnknown, sequence);
    },
  });

  record(tags: readonly string[], sequence: number): void {
    if (tags.length > 0) this.latest = sequence;
    for (const tag of tags) this.remembered.set(tag, sequence);
  }

  /** Whether any tag has been invalidated since. */
  anyInvalidatedSince(sequence: number): boolean {
    return this.latest > sequence;
  }

  /** Whether one of the tags has, or may have been. */
  invalidatedSince(tags: readonly string[], sequence: number): boolean {
    return tags.some(tag => (this.remembered.peek(tag) ?? this.oldestUnknown) > sequence);
  }
}

/** Measured: the group of a tag without anything in it, and its place among the others. */
const GROUP_BYTES = 400;

/** All that has a tag. */
export class TagGroup<Item extends Sized> implements Sized {
  readonly items = new Set<Item>();
  entries = 0;
  bytes = 0;
  /** Its tag was invalidated: nothing is added to it any more. */
  isDetached = false;

  constructor(readonly tag: string) {}
}

/** Items by tag, so that all that have one can be cut off in one step, whatever their number. */
export class TagIndex<Item extends Sized> {
  private readonly groups = new Map<string, TagGroup<Item>>();
  /** Of the groups, without what is in them. */
  bytes = 0;

  add(tag: string, item: Item): TagGroup<Item> {
    const group = this.groups.get(tag) ?? this.open(tag);
    if (!group.items.has(item)) {
      group.items.add(item);
      group.entries += item.entries;
      group.bytes += item.bytes;
    }
    return group;
  }

  remove(group: TagGroup<Item>, item: Item): void {
    if (!group.items.delete(item)) return;
    group.entries -= item.entries;
    group.bytes -= item.bytes;
    if (group.items.size === 0) this.close(group);
  }

  detach(tag: string): TagGroup<Item> | undefined {
    const group = this.groups.get(tag);
    if (group === undefined) return undefined;
    group.isDetached = true;
    this.close(group);
    return group;
  }

  private open(tag: string): TagGroup<Item> {
    const group = new TagGroup<Item>(flatCopy(tag));
    this.groups.set(group.tag, group);
    this.bytes += groupBytes(group);
    return group;
  }

  private close(group: TagGroup<Item>): void {
    // One that was cut off may meet a new one of the same tag: only itself may go.
    if (this.groups.get(group.tag) !== group) return;
    this.groups.delete(group.tag);
    this.bytes -= groupBytes(group);
  }
}

function groupBytes({ tag }: { readonly tag: string }): number {
  return GROUP_BYTES + stringBytes(tag);
}
