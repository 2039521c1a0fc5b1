import { flatCopy, stringBytes } from './flat-string.js';

/** What stands in an index, and how much it counts there. */
export interface Sized {
  readonly entries: number;
  readonly bytes: number;
}

/** Measured: a place, its text without the characters, and its share in the map of its parent when that has just grown. */
const NODE_BYTES = 150;
/** What a map of two children takes beyond their shares. */
const MAP_BYTES = 100;
/** What one of several items at the same place takes there. */
const SHARED_NODE_BYTES = 76;

/** A place in a tree: a segment of a path, with all that stands at and under it. */
export class TrieNode<Item extends Sized> implements Sized {
  /** Most have one child or none, and hold one item: maps and sets of their own would be the largest part of them. */
  children: Map<string, TrieNode<Item>> | TrieNode<Item> | undefined = undefined;
  items: Set<Item> | Item | undefined = undefined;
  /** At and under it. */
  entries = 0;
  /** Of all that is at and under it, places included. */
  bytes = 0;

  constructor(
    readonly segment: string,
    /** `cut`: the place was taken off its tree, with all that is under it. */
    public parent: TrieNode<Item> | 'root' | 'cut',
  ) {}

  get isDetached(): boolean {
    let { parent } = this;
    while (typeof parent !== 'string') parent = parent.parent;
    return parent === 'cut';
  }
}

/**
 * Items by path, so that all of them at and under a prefix can be cut off in one step, whatever their number. A path is its segments
 * after each slash. Each place knows how much is under it, so that what is left is known at once.
 */
export class PathTrie<Item extends Sized> {
  private root = new TrieNode<Item>('', 'root');

  get isEmpty(): boolean {
    return this.root.items === undefined && this.root.children === undefined;
  }

  get entries(): number {
    return this.root.entries;
  }

  get bytes(): number {
    return this.root.bytes;
  }

  add(path: string, item: Item): TrieNode<Item> {
    let place = this.root;
    for (const segment of segmentsOf(path)) place = childOf(place, segment) ?? addChild(place, segment);
    addTo(place, item);
    return place;
  }

  /** Takes off all that is at and under the prefix. What is in it can be seen by `isCut` of its place from then on. */
  detach(prefix: string): TrieNode<Item> | undefined {
    let place: TrieNode<Item> | undefined = this.root;
    for (const segment of segmentsOf(prefix)) {
      place = childOf(place, segment);
      if (place === undefined) return undefined;
    }
    const { parent } = place;
    place.parent = 'cut';
    if (typeof parent === 'string') {
      this.root = new TrieNode('', 'root');
    } else {
      subtractFromAncestors(parent, place.entries, place.bytes + dropChild(parent, place));
    }
    return place;
  }
}

/** Adds an item at a place that is known already. */
export function addTo<Item extends Sized>(place: TrieNode<Item>, item: Item): void {
  let added = item.bytes;
  if (place.items === undefined) {
    place.items = item;
  } else if (place.items instanceof Set) {
    place.items.add(item);
    added += SHARED_NODE_BYTES;
  } else {
    place.items = new Set([place.items, item]);
    added += 2 * SHARED_NODE_BYTES;
  }
  let isChildNew = false;
  for (let at: TrieNode<Item> | string = place; typeof at !== 'string'; at = at.parent) {
    if (isChildNew && at.children instanceof Map && at.children.size === 2) added += MAP_BYTES;
    // It has just been made, and has not been counted.
    isChildNew = at.bytes === 0 && at.parent !== 'root';
    if (isChildNew) added += ownBytes(at);
    at.entries += item.entries;
    at.bytes += added;
  }
}

/** Removes an item without looking for it. */
export function removeFrom<Item extends Sized>(place: TrieNode<Item>, item: Item): void {
  let freed = item.bytes;
  if (place.items instanceof Set) {
    place.items.delete(item);
    freed += SHARED_NODE_BYTES;
    if (place.items.size === 1) {
      [place.items] = place.items;
      freed += SHARED_NODE_BYTES;
    }
  } else {
    place.items = undefined;
  }
  subtractFromAncestors(place, item.entries, freed);
}

/** The items at and under a place. They may be removed on the way. */
export function* itemsInSubtree<Item extends Sized>(top: TrieNode<Item>): Generator<Item, void> {
  const open: Iterator<TrieNode<Item>>[] = [[top].values()];
  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    const next = level.next();
    if (next.done === true) {
      open.pop();
      continue;
    }
    const { items, children } = next.value;
    if (items instanceof Set) yield* items;
    else if (items !== undefined) yield items;
    if (children !== undefined) open.push(children instanceof Map ? children.values() : [children].values());
  }
}

function segmentsOf(path: string): string[] {
  return path === '' ? [] : path.slice(1).split('/');
}

function childOf<Item extends Sized>({ children }: TrieNode<Item>, segment: string): TrieNode<Item> | undefined {
  if (children instanceof Map) return children.get(segment);
  return children?.segment === segment ? children : undefined;
}

function addChild<Item extends Sized>(parent: TrieNode<Item>, segment: string): TrieNode<Item> {
  const child = new TrieNode<Item>(flatCopy(segment), parent);
  const { children } = parent;
  if (children === undefined) parent.children = child;
  else if (children instanceof Map) children.set(child.segment, child);
  else parent.children = new Map([children, child].map(place => [place.segment, place]));
  return child;
}

/** @returns the bytes that the parent itself takes less */
function dropChild<Item extends Sized>(parent: TrieNode<Item>, child: TrieNode<Item>): number {
  const { children } = parent;
  if (!(children instanceof Map)) {
    parent.children = undefined;
    return 0;
  }
  children.delete(child.segment);
  if (children.size > 1) return 0;
  [parent.children] = children.values();
  return MAP_BYTES;
}

/** Counts what is gone from a place, and drops those on the way to the top that hold nothing any more. */
function subtractFromAncestors<Item extends Sized>(from: TrieNode<Item>, entries: number, bytes: number): void {
  let freed = bytes;
  for (let at: TrieNode<Item> | string = from; typeof at !== 'string'; at = at.parent) {
    at.entries -= entries;
    at.bytes -= freed;
    if (typeof at.parent === 'string' || at.items !== undefined || at.children !== undefined) continue;
    freed += ownBytes(at) + dropChild(at.parent, at);
  }
}

function ownBytes({ segment }: { readonly segment: string }): number {
  return NODE_BYTES + stringBytes(segment);
}
