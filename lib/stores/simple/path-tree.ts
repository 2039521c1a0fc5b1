import { ownText, textBytes } from './own-text.js';

/** What stands in an index, and how much it counts there. */
export interface Weighed {
  readonly entries: number;
  readonly bytes: number;
}

/** Measured: a place, its text without the characters, and its share in the map of its parent when that has just grown. */
const PLACE_BYTES = 150;
/** What a map of two children takes beyond their shares. */
const MAP_BYTES = 100;
/** What one of several items at the same place takes there. */
const SHARED_PLACE_BYTES = 76;

/** A place in a tree: a segment of a path, with all that stands at and under it. */
export class Place<Item extends Weighed> implements Weighed {
  /** Most have one child or none, and hold one item: maps and sets of their own would be the largest part of them. */
  children: Map<string, Place<Item>> | Place<Item> | undefined = undefined;
  items: Set<Item> | Item | undefined = undefined;
  /** At and under it. */
  entries = 0;
  /** Of all that is at and under it, places included. */
  bytes = 0;

  constructor(
    readonly segment: string,
    /** `cut`: the place was taken off its tree, with all that is under it. */
    public parent: Place<Item> | 'root' | 'cut',
  ) {}

  get isCut(): boolean {
    let { parent } = this;
    while (typeof parent !== 'string') parent = parent.parent;
    return parent === 'cut';
  }
}

/**
 * Items by path, so that all of them at and under a prefix can be cut off in one step, whatever their number. A path is its segments
 * after each slash. Each place knows how much is under it, so that what is left is known at once.
 */
export class PathTree<Item extends Weighed> {
  private root = new Place<Item>('', 'root');

  get isEmpty(): boolean {
    return this.root.items === undefined && this.root.children === undefined;
  }

  get entries(): number {
    return this.root.entries;
  }

  get bytes(): number {
    return this.root.bytes;
  }

  add(path: string, item: Item): Place<Item> {
    let place = this.root;
    for (const segment of segmentsOf(path)) place = childOf(place, segment) ?? addChild(place, segment);
    addTo(place, item);
    return place;
  }

  /** Takes off all that is at and under the prefix. What is in it can be seen by `isCut` of its place from then on. */
  cut(prefix: string): Place<Item> | undefined {
    let place: Place<Item> | undefined = this.root;
    for (const segment of segmentsOf(prefix)) {
      place = childOf(place, segment);
      if (place === undefined) return undefined;
    }
    const { parent } = place;
    place.parent = 'cut';
    if (typeof parent === 'string') {
      this.root = new Place('', 'root');
    } else {
      shed(parent, place.entries, place.bytes + dropChild(parent, place));
    }
    return place;
  }
}

/** Adds an item at a place that is known already. */
export function addTo<Item extends Weighed>(place: Place<Item>, item: Item): void {
  let added = item.bytes;
  if (place.items === undefined) {
    place.items = item;
  } else if (place.items instanceof Set) {
    place.items.add(item);
    added += SHARED_PLACE_BYTES;
  } else {
    place.items = new Set([place.items, item]);
    added += 2 * SHARED_PLACE_BYTES;
  }
  let isChildNew = false;
  for (let at: Place<Item> | string = place; typeof at !== 'string'; at = at.parent) {
    if (isChildNew && at.children instanceof Map && at.children.size === 2) added += MAP_BYTES;
    // It has just been made, and has not been counted.
    isChildNew = at.bytes === 0 && at.parent !== 'root';
    if (isChildNew) added += ownBytes(at);
    at.entries += item.entries;
    at.bytes += added;
  }
}

/** Removes an item without looking for it. */
export function removeFrom<Item extends Weighed>(place: Place<Item>, item: Item): void {
  let freed = item.bytes;
  if (place.items instanceof Set) {
    place.items.delete(item);
    freed += SHARED_PLACE_BYTES;
    if (place.items.size === 1) {
      [place.items] = place.items;
      freed += SHARED_PLACE_BYTES;
    }
  } else {
    place.items = undefined;
  }
  shed(place, item.entries, freed);
}

/** The items at and under a place. They may be removed on the way. */
export function* itemsUnder<Item extends Weighed>(top: Place<Item>): Generator<Item, void> {
  const open: Iterator<Place<Item>>[] = [[top].values()];
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

function childOf<Item extends Weighed>({ children }: Place<Item>, segment: string): Place<Item> | undefined {
  if (children instanceof Map) return children.get(segment);
  return children?.segment === segment ? children : undefined;
}

function addChild<Item extends Weighed>(parent: Place<Item>, segment: string): Place<Item> {
  const child = new Place<Item>(ownText(segment), parent);
  const { children } = parent;
  if (children === undefined) parent.children = child;
  else if (children instanceof Map) children.set(child.segment, child);
  else parent.children = new Map([children, child].map(place => [place.segment, place]));
  return child;
}

/** @returns the bytes that the parent itself takes less */
function dropChild<Item extends Weighed>(parent: Place<Item>, child: Place<Item>): number {
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
function shed<Item extends Weighed>(from: Place<Item>, entries: number, bytes: number): void {
  let freed = bytes;
  for (let at: Place<Item> | string = from; typeof at !== 'string'; at = at.parent) {
    at.entries -= entries;
    at.bytes -= freed;
    if (typeof at.parent === 'string' || at.items !== undefined || at.children !== undefined) continue;
    freed += ownBytes(at) + dropChild(at.parent, at);
  }
}

function ownBytes({ segment }: { readonly segment: string }): number {
  return PLACE_BYTES + textBytes(segment);
}
