/** The newest of what was added, at most so many. */
export class Ring<Item> {
  private readonly items: Item[] = [];
  private next = 0;

  constructor(private readonly size: number) {}

  add(item: Item): void {
    this.items[this.next] = item;
    this.next = (this.next + 1) % this.size;
  }

  newestFirst(): Item[] {
    return [...this.items.slice(0, this.next).reverse(), ...this.items.slice(this.next).reverse()];
  }
}
