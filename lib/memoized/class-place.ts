import type { ClassIdentities } from '../keys/class-identities.js';
import { lineageOf, type Class } from '../keys/lineage.js';

/** Where a class stands among all. */
export interface ClassPlace {
  /**
   * Its name under those that it extends: `/Repository/Users`. Every process and every version of a program writes it alike, and
   * namesakes share it, so that an invalidation may reach too much and never too little.
   */
  readonly path: string;
  /** The paths of the class and of those that it extends. */
  readonly lineage: readonly string[];
  /** Tells it from namesakes, of other programs too. */
  readonly identity: string;
}

/** The places of classes. */
export class ClassPlaces {
  private readonly places = new WeakMap<Class, ClassPlace>();

  constructor(readonly identities: ClassIdentities) {}

  of(subject: Class): ClassPlace {
    let place = this.places.get(subject);
    if (place === undefined) this.places.set(subject, (place = this.describe(subject)));
    return place;
  }

  private describe(subject: Class): ClassPlace {
    let path = '';
    const paths = lineageOf(subject)
      .reverse()
      .map(link => (path += `/${encodeURIComponent(link.name.toWellFormed() || '(anonymous)')}`));
    return { path, lineage: paths, identity: this.identities.of(subject) };
  }
}
