import type { RequestListener } from 'node:http';
import { cache } from '../../lib/index.js';
import { inject } from '../inject.js';
import { bodyPath, taggedPath, TAGS, tagsOf } from './bodies-app.js';

/** Bytes of the bodies. */
export const BYTES = 1000;

/** Something that a shared store is asked for. */
export interface Operation {
  readonly name: string;
  /** What makes ready for what is counted next. */
  readonly prepare: readonly Step[];
  readonly run: Step;
}

type Step = (name: string) => Promise<unknown>;

/** Operations on paths of three or four segments. */
export function operations(app: RequestListener): Operation[] {
  const get: Step = name => inject(app, bodyPath(BYTES, name));
  const getTagged: Step = name => inject(app, taggedPath(BYTES, name));
  const change: Step = name => inject(app, bodyPath(BYTES, name), 'PUT');
  const changeTagged: Step = name => inject(app, taggedPath(BYTES, name), 'PUT');
  const invalidate: Step = name => cache.invalidate(bodyPath(BYTES, name));
  const invalidateTag: Step = name => cache.invalidateTags(tagsOf(name)[0]!);
  return [
    // The second request finds what a near cache then keeps.
    { name: 'hit', prepare: [get, get], run: mustHit(get) },
    { name: `hit, ${TAGS} tags from the result`, prepare: [getTagged, getTagged], run: mustHit(getTagged) },
    { name: 'miss', prepare: [get, invalidate], run: get },
    { name: 'miss, at a path never asked for', prepare: [() => get('another')], run: get },
    { name: `miss, ${TAGS} tags from the result`, prepare: [getTagged, invalidate], run: getTagged },
    { name: 'change, `@InvalidatesCache` of a path', prepare: [get, change, get], run: change },
    {
      name: 'change, `@InvalidatesCache` of a path and a tag',
      prepare: [getTagged, changeTagged, getTagged],
      run: changeTagged,
    },
    { name: '`cache.invalidate` of a path', prepare: [get, invalidate, get], run: invalidate },
    { name: '`cache.invalidateTags` of a tag', prepare: [getTagged, invalidateTag, getTagged], run: invalidateTag },
  ];
}

function mustHit(request: Step): Step {
  return async name => {
    const { hits } = cache.stats();
    await request(name);
    if (cache.stats().hits !== hits + 1) throw new Error('what is counted as a hit is none');
  };
}
