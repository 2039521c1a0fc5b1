import { PathTree } from '../../lib/stores/simple/path-tree.js';

describe('a path tree', () => {
  it('takes what is at and under a prefix', () => {
    const tree = new PathTree<{ name: string }>();
    const items = ['', '/a', '/a/b', '/a/b/c', '/ab'].map(name => ({ name }));
    for (const item of items) tree.add(item.name, item);
    expect(tree.take('/a').map(({ name }) => name)).toEqual(['/a', '/a/b', '/a/b/c']);
    expect(tree.take('/a')).toEqual([]);
    expect(tree.take('').map(({ name }) => name)).toEqual(['', '/ab']);
  });

  it('visits only what it takes: its cost does not grow with what stays', () => {
    const tree = new PathTree<{ name: string }>();
    for (let index = 0; index < 1000; index++) tree.add(`/users/${index}/friends`, { name: String(index) });
    const reads = countReads();
    expect(tree.take('/users/500')).toHaveLength(1);
    const few = reads();
    for (let index = 1000; index < 50_000; index++) tree.add(`/users/${index}/friends`, { name: String(index) });
    const readsOfMany = countReads();
    expect(tree.take('/users/501')).toHaveLength(1);
    expect(readsOfMany()).toBe(few);
  });

  it('keeps no places for what is gone', () => {
    const tree = new PathTree<{ name: string }>();
    const item = { name: 'x' };
    const place = tree.add('/a/b/c', item);
    const other = tree.add('/a/b/c', { name: 'y' });
    tree.remove(place, item);
    expect(tree.take('/a')).toEqual([{ name: 'y' }]);
    tree.remove(other, item);
    expect(tree).toEqual(new PathTree());
  });

  it('does not drop a new place for an old one of the same name', () => {
    const tree = new PathTree<{ name: string }>();
    const old = { name: 'old' };
    const place = tree.add('/a/b', old);
    tree.take('/a');
    const fresh = { name: 'fresh' };
    tree.add('/a/b', fresh);
    tree.remove(place, old);
    expect(tree.take('/a')).toEqual([fresh]);
  });
});

/** Counts how often the trees look up a child, or go through all. */
function countReads(): () => number {
  const get = jest.spyOn(Map.prototype, 'get');
  const values = jest.spyOn(Map.prototype, 'values');
  return () => {
    const calls = get.mock.calls.length + values.mock.calls.length;
    get.mockRestore();
    values.mockRestore();
    return calls;
  };
}
