import { getMetadataArgsStorage } from 'routing-controllers';

/**
 * A list of what the program has loaded since the last `reset()` of the metadata of routing-controllers. A reset forgets the
 * controllers, so it forgets these items too.
 */
export class LoadedList<Item> {
  /** By the list of controllers, which a reset replaces. */
  private readonly lists = new WeakMap<object, readonly Item[]>();

  get items(): readonly Item[] {
    return this.lists.get(getMetadataArgsStorage().controllers) ?? [];
  }

  /** Adds an item. @param replaces returns true for an earlier item that the new one replaces */
  add(item: Item, replaces: (earlier: Item) => boolean = () => false): void {
    const others = this.items.filter(earlier => !replaces(earlier));
    this.lists.set(getMetadataArgsStorage().controllers, [...others, item]);
  }
}
