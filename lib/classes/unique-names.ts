/** Tells things of one name apart: those that come second and later have a number. */
export class UniqueNames {
  private readonly names = new WeakMap<object, string>();
  private readonly counts = new Map<string, number>();

  /** @param name of the thing, always the same */
  nameOf(thing: object, name: string): string {
    const known = this.names.get(thing);
    if (known !== undefined) return known;
    const count = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, count);
    const told = count === 1 ? name : `${name}#${count}`;
    this.names.set(thing, told);
    return told;
  }
}
