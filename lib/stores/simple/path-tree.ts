interface Node<Item> {
  readonly segment: string;
  readonly parent: Node<Item> | undefined;
  children: Map<string, Node<Item>> | undefined;
  items: Set<Item> | Item | undefined;
}

/** A place in the tree, to remove an item again without looking for it. */
export type Place<Item> = Node<Item>;

/** Items by path, so that taking all of them at and under a prefix costs by what is taken. A path is its segments after each slash. */
export class PathTree<Item extends object> {
  private readonly root: Node<Item> = { segment: '', parent: undefined, children: undefined, items: undefined };

  add(path: string, item: Item): Place<Item> {
    let node = this.root;
    for (const segment of segmentsOf(path)) {
      node.children ??= new Map();
      let child = node.children.get(segment);
      if (child === undefined) {
        child = { segment, parent: node, children: undefined, items: undefined };
        node.children.set(segment, child);
      }
      node = child;
    }
    // Most places hold one item: a set of its own would be the largest part of it.
    if (node.items === undefined) node.items = item;
    else if (node.items instanceof Set) node.items.add(item);
    else node.items = new Set([node.items, item]);
    return node;
  }

  remove(place: Place<Item>, item: Item): void {
    if (place.items instanceof Set) {
      place.items.delete(item);
      if (place.items.size === 0) place.items = undefined;
    } else if (place.items === item) {
      place.items = undefined;
    }
    prune(place);
  }

  /** Removes and returns all items at and under the prefix. */
  take(prefix: string): Item[] {
    let node = this.root;
    for (const segment of segmentsOf(prefix)) {
      const child = node.children?.get(segment);
      if (child === undefined) return [];
      node = child;
    }
    const taken: Item[] = [];
    const pending = [node];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.items instanceof Set) for (const item of next.items) taken.push(item);
      else if (next.items !== undefined) taken.push(next.items);
      next.items = undefined;
      for (const child of next.children?.values() ?? []) pending.push(child);
      next.children = undefined;
    }
    prune(node);
    return taken;
  }
}

function segmentsOf(path: string): string[] {
  return path === '' ? [] : path.slice(1).split('/');
}

/** Drops places that hold nothing, from the leaf upwards. */
function prune<Item>(place: Node<Item>): void {
  let node = place;
  while (node.parent !== undefined && node.items === undefined && node.children === undefined) {
    const siblings = node.parent.children;
    // A place already taken off the tree may meet a new one of the same name: only its own may go.
    if (siblings?.get(node.segment) === node) {
      siblings.delete(node.segment);
      if (siblings.size === 0) node.parent.children = undefined;
    }
    node = node.parent;
  }
}
