import { flatCopy, stringBytes } from './flat-string.js';

/** An item of an index, with the entries and bytes that it counts for. */
export interface Sized {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * Measured bytes of a node, of its string without the characters, and of its slot in the parent's map just after the map grew.
 */
const NODE_BYTES = 150;
/** Bytes of a map of two children, without their slots. */
const MAP_BYTES = 100;
/** Bytes per item in the set of a node with several items. */
const SET_SLOT_BYTES = 76;

/** A node of the trie: one segment of a path, with the items at the node and its subtree. */
export class TrieNode<Item extends Sized> implements Sized {
  /** Most nodes have one child at most and one item. A map and a set in each node would use most of its memory. */
  children: Map<string, TrieNode<Item>> | TrieNode<Item> | undefined = undefined;
  items: Set<Item> | Item | undefined = undefined;
  /** Entries in the subtree of this node. */
  entries = 0;
  /** Bytes of the items and nodes in the subtree of this node. */
  bytes = 0;

  constructor(
    readonly segment: string,
    /** The parent node. A `detached` node is the top of a subtree that was removed from its trie. */
    public parent: TrieNode<Item> | 'root' | 'detached',
  ) {}

  get isDetached(): boolean {
    let { parent } = this;
    while (typeof parent !== 'string') parent = parent.parent;
    return parent === 'detached';
  }
}

/**
 * A trie of items by path, with one node per segment. Detaching all items at and under a prefix is one step, for any number of
 * items. Each node counts its subtree, so the totals are exact directly after a detach.
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
    let node = this.root;
    for (const segment of segmentsOf(path)) node = childOf(node, segment) ?? addChild(node, segment);
    addTo(node, item);
    return node;
  }

  /** Removes the subtree at the prefix. The nodes of the subtree are then detached. @returns the top of the subtree */
  detach(prefix: string): TrieNode<Item> | undefined {
    let node: TrieNode<Item> | undefined = this.root;
    for (const segment of segmentsOf(prefix)) {
      node = childOf(node, segment);
      if (node === undefined) return undefined;
    }
    const { parent } = node;
    node.parent = 'detached';
    if (typeof parent === 'string') {
      this.root = new TrieNode('', 'root');
    } else {
      subtractFromAncestors(parent, node.entries, node.bytes + dropChild(parent, node));
    }
    return node;
  }
}

/** Adds an item at a known node. */
export function addTo<Item extends Sized>(node: TrieNode<Item>, item: Item): void {
  let added = item.bytes;
  if (node.items === undefined) {
    node.items = item;
  } else if (node.items instanceof Set) {
    node.items.add(item);
    added += SET_SLOT_BYTES;
  } else {
    node.items = new Set([node.items, item]);
    added += 2 * SET_SLOT_BYTES;
  }
  let isChildNew = false;
  for (let at: TrieNode<Item> | string = node; typeof at !== 'string'; at = at.parent) {
    if (isChildNew && at.children instanceof Map && at.children.size === 2) added += MAP_BYTES;
    // A new node has no bytes yet.
    isChildNew = at.bytes === 0 && at.parent !== 'root';
    if (isChildNew) added += ownBytes(at);
    at.entries += item.entries;
    at.bytes += added;
  }
}

/** Removes an item from its node without a search by path. */
export function removeFrom<Item extends Sized>(node: TrieNode<Item>, item: Item): void {
  let freed = item.bytes;
  if (node.items instanceof Set) {
    node.items.delete(item);
    freed += SET_SLOT_BYTES;
    if (node.items.size === 1) {
      [node.items] = node.items;
      freed += SET_SLOT_BYTES;
    }
  } else {
    node.items = undefined;
  }
  subtractFromAncestors(node, item.entries, freed);
}

/** Iterates over the items of a subtree. The caller may remove each item during the iteration. */
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
  else parent.children = new Map([children, child].map(node => [node.segment, node]));
  return child;
}

/** @returns the bytes that the parent's own map frees */
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

/** Subtracts removed entries and bytes from a node and its ancestors. Drops each of these nodes that is empty. */
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
