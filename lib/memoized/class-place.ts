import { createHash } from 'node:crypto';
import { lineageOf, type Class } from '../keys/lineage.js';
import { Namesakes } from '../keys/namesakes.js';

/** Where a class stands among all. */
export interface ClassPlace {
  /**
   * Its name under those that it extends: `/Repository/Users`. Every process and every version of a program writes it alike, and
   * namesakes share it, so that an invalidation may reach too much and never too little.
   */
  readonly path: string;
  /** The paths of the class and of those that it extends. */
  readonly lineage: readonly string[];
  /** Tells it from namesakes, in whichever order processes load them: by its source, and where that is the same too, by a number. */
  readonly identity: string;
}

/** The places of classes. */
export class ClassPlaces {
  private readonly places = new WeakMap<Class, ClassPlace>();
  private readonly namesakes = new Namesakes();

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
    const source = createHash('sha256').update(Function.prototype.toString.call(subject)).digest('base64url');
    return { path, lineage: paths, identity: this.namesakes.tell(subject, `${path} ${source}`) };
  }
}
