import { LRUCache } from 'lru-cache';
import { flatCopy, stringBytes } from './flat-string.js';
import type { Sized } from './path-trie.js';

/** Tags whose last invalidation is recorded individually. For all other tags, one common upper bound is recorded. */
const MAX_RECORDED = 10_000;

/**
 * The last invalidation of each tag. The store checks computed tags against it, which are unknown until their computation ends.
 */
export class TagInvalidations {
  private oldestUnknown = 0;
  private latest = 0;
  private readonly recorded = new LRUCache<string, number>({
    max: MAX_RECORDED,
    dispose: (sequence, _tag, reason) => {
      if (reason === 'evict') this.oldestUnknown = Math.max(this.oldestUnknown, sequence);
    },
  });

  record(tags: readonly string[], sequence: number): void {
    if (tags.length > 0) this.latest = sequence;
    for (const tag of tags) this.recorded.set(tag, sequence);
  }

  /** Returns true if any tag was invalidated after this sequence number. */
  anyInvalidatedSince(sequence: number): boolean {
    return this.latest > sequence;
  }

  /** Returns true if one of the tags was invalidated after this sequence number, or may have been. */
  invalidatedSince(tags: readonly string[], sequence: number): boolean {
    return tags.some(tag => (this.recorded.peek(tag) ?? this.oldestUnknown) > sequence);
  }
}

/** Measured bytes of an empty tag group and of its slot in the map. */
const GROUP_BYTES = 400;

/** The items with one tag. */
export class TagGroup<Item extends Sized> implements Sized {
  readonly items = new Set<Item>();
  entries = 0;
  bytes = 0;
  /** True if the tag was invalidated. No item is added to a detached group. */
  isDetached = false;

  constructor(readonly tag: string) {}
}

/** An index of items by tag. Detaching all items of a tag is one step, for any number of items. */
export class TagIndex<Item extends Sized> {
  private readonly groups = new Map<string, TagGroup<Item>>();
  /** Bytes of the groups, without their items. */
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
    // A detached group must not remove the new group of the same tag.
    if (this.groups.get(group.tag) !== group) return;
    this.groups.delete(group.tag);
    this.bytes -= groupBytes(group);
  }
}

function groupBytes({ tag }: { readonly tag: string }): number {
  return GROUP_BYTES + stringBytes(tag);
}
