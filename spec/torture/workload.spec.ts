import { Random } from '../../torture/random.js';
import { keysInResource, membersShown, nextStep, resourcesShowing, shownOf, tagOf, USUAL_MIX } from '../../torture/workload.js';
import { targetsOf } from '../../torture/worker/controllers.js';

const STEPS = Array.from({ length: 5000 }, (_, seed) => nextStep(new Random(seed), { ...USUAL_MIX, changes: 0.5 }));
const KEYS = [...new Set(STEPS.flatMap(step => (step.kind === 'change' ? [step.key] : [])))];
const PATHS = [...new Set(STEPS.flatMap(step => (step.kind === 'read' ? [step.path] : [])))];

/** What a resource shows, and the tags that it has. */
function seen(path: string) {
  const shown = shownOf(path, Object.fromEntries(keysInResource(path).map(key => [key, 0])));
  return { keys: Object.keys(shown), tags: [...membersShown(shown), ...('/news' in shown ? ['/news'] : [])] };
}

describe('a key that torture changes', () => {
  it.each(KEYS)('is invalidated wherever it is shown: %s', key => {
    const { paths, tags } = targetsOf(key, { hasTags: true, hasChain: false });
    for (const path of PATHS) {
      const { keys, tags: its } = seen(path);
      if (!keys.includes(key)) continue;
      const isUnder = paths.some(prefix => prefix === '/' || `${path}/`.startsWith(`${prefix}/`));
      expect({ path, isReached: isUnder || tags.some(tag => its.includes(tag)) }).toEqual({ path, isReached: true });
    }
  });

  it('is invalidated by path, by tag alone, and by both', () => {
    const kinds = new Set(
      KEYS.map(key => {
        const { paths, tags } = targetsOf(key, { hasTags: true, hasChain: false });
        return `${paths.length > 0 ? 'path' : ''} ${tags.length > 0 ? 'tag' : ''}`;
      }),
    );
    expect([...kinds].sort()).toEqual([' tag', 'path ', 'path tag']);
    expect(tagOf('/avatars/1/2')).toBe(tagOf('/groups/1/users/2'));
  });

  it('is on lists by turns', () => {
    const all = keysInResource('/lists/1');
    const listed = [0, 1, 2, 3].map(round =>
      membersShown(shownOf('/lists/1', { ...Object.fromEntries(all.map(key => [key, 0])), '/lists/1': round })),
    );
    expect(listed.map(({ length }) => length)).toEqual([5, 5, 5, 5]);
    expect(new Set(listed.flat()).size).toBe(20);
    expect(resourcesShowing('/avatars/0/0')).toContain('/lists/1');
  });

  it('is found by others in groups of bursts too, by path and by tag', () => {
    const user = '/groups/burst-1/users/0';
    expect(resourcesShowing('/groups/burst-1')).toContain(user);
    expect(resourcesShowing('/avatars/burst-1/0')).toContain(user);
    expect(resourcesShowing('/groups/1')).not.toContain(user);
  });

  it('is never about tags where they are off', () => {
    const steps = Array.from({ length: 2000 }, (_, seed) => nextStep(new Random(seed), { ...USUAL_MIX, tagged: 0 }));
    const touched = steps.map(step => (step.kind === 'read' ? step.path : step.key));
    expect(touched.filter(path => !path.startsWith('/groups/') && path !== '/')).toEqual([]);
  });
});
