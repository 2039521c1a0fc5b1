/** Unique names for objects. The second object of a name, and each later one, gets a number. */
export class UniqueNames {
  private readonly names = new WeakMap<object, string>();
  private readonly counts = new Map<string, number>();

  /**
   * Returns the unique name of an object.
   *
   * @param name the object's own name, equal in all calls
   */
  nameOf(subject: object, name: string): string {
    const known = this.names.get(subject);
    if (known !== undefined) return known;
    const count = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, count);
    const uniqueName = count === 1 ? name : `${name}#${count}`;
    this.names.set(subject, uniqueName);
    return uniqueName;
  }
}
