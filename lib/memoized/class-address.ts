import type { ClassIdentities } from '../classes/class-identities.js';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';

/** The position of a class in the class hierarchy. */
export interface ClassAddress {
  /**
   * The names of the superclasses and of the class: `/Repository/Users`. Every process and every version of a program has the
   * same path. Classes with equal names share a path: an invalidation may reach too many results, but never too few.
   */
  readonly path: string;
  /** The paths of the class and of its superclasses. */
  readonly ancestorPaths: readonly string[];
  /** A text that differs between classes with equal names, also those of other programs. */
  readonly identity: string;
}

/** The addresses of classes, each computed once. */
export class ClassAddresses {
  private readonly addresses = new WeakMap<Class, ClassAddress>();

  constructor(readonly identities: ClassIdentities) {}

  of(subject: Class): ClassAddress {
    let address = this.addresses.get(subject);
    if (address === undefined) this.addresses.set(subject, (address = this.describe(subject)));
    return address;
  }

  private describe(subject: Class): ClassAddress {
    let path = '';
    const paths = superclassChain(subject)
      .reverse()
      .map(link => (path += `/${encodeURIComponent(link.name.toWellFormed() || '(anonymous)')}`));
    return { path, ancestorPaths: paths, identity: this.identities.of(subject) };
  }
}
