import type { ClassIdentities } from '../classes/class-identities.js';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';

/** Where a class stands among all. */
export interface ClassAddress {
  /**
   * Its name under those that it extends: `/Repository/Users`. Every process and every version of a program writes it alike, and
   * namesakes share it, so that an invalidation may reach too much and never too little.
   */
  readonly path: string;
  /** The paths of the class and of those that it extends. */
  readonly ancestorPaths: readonly string[];
  /** Tells it from namesakes, of other programs too. */
  readonly identity: string;
}

/** The places of classes. */
export class ClassAddresses {
  private readonly places = new WeakMap<Class, ClassAddress>();

  constructor(readonly identities: ClassIdentities) {}

  of(subject: Class): ClassAddress {
    let place = this.places.get(subject);
    if (place === undefined) this.places.set(subject, (place = this.describe(subject)));
    return place;
  }

  private describe(subject: Class): ClassAddress {
    let path = '';
    const paths = superclassChain(subject)
      .reverse()
      .map(link => (path += `/${encodeURIComponent(link.name.toWellFormed() || '(anonymous)')}`));
    return { path, ancestorPaths: paths, identity: this.identities.of(subject) };
  }
}
