import { addTo, itemsInSubtree, PathTrie, removeFrom, type TrieNode } from '../../../lib/stores/simple/path-trie.js';

const item = (name: string, bytes = 100) => ({ name, entries: 1, bytes });
type Item = ReturnType<typeof item>;

function taken(place: TrieNode<Item> | undefined): string[] {
  return place === undefined ? [] : Array.from(itemsInSubtree(place), ({ name }) => name);
}

describe('a path tree', () => {
  it('cuts off what is at and under a prefix', () => {
    const tree = new PathTrie<Item>();
    for (const name of ['', '/a', '/a/b', '/a/b/c', '/ab']) tree.add(name, item(name));
    expect(taken(tree.detach('/a'))).toEqual(['/a', '/a/b', '/a/b/c']);
    expect(tree.detach('/a')).toBeUndefined();
    expect(tree.detach('/a/b')).toBeUndefined();
    expect(taken(tree.detach(''))).toEqual(['', '/ab']);
    expect(tree).toEqual(new PathTrie());
  });

  it('shows at each place whether it was cut off', () => {
    const tree = new PathTrie<Item>();
    const [above, at, under, beside] = ['/a', '/a/b', '/a/b/c', '/a/bc'].map(name => tree.add(name, item(name)));
    tree.detach('/a/b');
    expect([above, at, under, beside].map(place => place?.isDetached)).toEqual([false, true, true, false]);
    tree.detach('');
    expect([above, at, under, beside].map(place => place?.isDetached)).toEqual([true, true, true, true]);
    expect(tree.add('/a/b', item('new')).isDetached).toBe(false);
  });

  it('cuts in as many steps as the prefix has segments, however much it covers', () => {
    const tree = new PathTrie<Item>();
    const readsToCut = (prefix: string) => {
      const reads = countReads();
      tree.detach(prefix);
      return reads();
    };
    tree.add('/users/one/friends', item('one'));
    tree.add('/users/two/friends', item('two'));
    const few = readsToCut('/users/one');
    for (let index = 0; index < 5000; index++) tree.add(`/users/many/${index}`, item(String(index)));
    expect(readsToCut('/users/many')).toBe(few);
    expect(tree.entries).toBe(1);
  });

  it('knows how many entries it holds, and gives back all bytes that it has counted', () => {
    const tree = new PathTrie<Item>();
    const paths = ['', '/a', '/a/b', '/a/b', '/a/b', '/a/b/c', '/x/y/z'];
    const places = paths.map(path => {
      const own = item(path);
      return { own, place: tree.add(path, own) };
    });
    expect(tree.entries).toBe(7);
    expect(tree.bytes).toBeGreaterThan(7 * 100 + 6 * 100);
    for (const { own, place } of places) removeFrom(place, own);
    expect([tree.entries, tree.bytes]).toEqual([0, 0]);
    expect(tree).toEqual(new PathTrie());
  });

  it('counts in what was cut off what is still there of it', () => {
    const tree = new PathTrie<Item>();
    const items = ['/a/b', '/a/b', '/a/c/d'].map(name => ({ own: item(name), place: undefined as TrieNode<Item> | undefined }));
    for (const each of items) each.place = tree.add(each.own.name, each.own);
    for (const beside of ['/b', '/c']) tree.add(beside, item(beside));
    const { bytes } = tree;
    const cut = tree.detach('/a')!;
    expect([tree.entries, cut.entries, tree.bytes + cut.bytes]).toEqual([2, 3, bytes]);
    const left = tree.bytes;
    for (const { own, place } of items) removeFrom(place!, own);
    expect([tree.entries, tree.bytes]).toEqual([2, left]);
    // Of the places only the one that was cut off itself.
    expect(cut).toMatchObject({ entries: 0, children: undefined, items: undefined });
  });

  it('keeps no places for what is gone', () => {
    const tree = new PathTrie<Item>();
    const [first, second] = [item('first'), item('second')];
    const place = tree.add('/a/b/c', first);
    addTo(place, second);
    removeFrom(place, first);
    expect(place.items).toBe(second);
    removeFrom(place, second);
    expect(tree).toEqual(new PathTrie());
  });

  it('does not drop a new place for an old one of the same name', () => {
    const tree = new PathTrie<Item>();
    const old = item('old');
    const place = tree.add('/a/b', old);
    tree.detach('/a');
    tree.add('/a/b', item('fresh'));
    removeFrom(place, old);
    expect(taken(tree.detach('/a'))).toEqual(['fresh']);
  });

  it('does not hold the paths that its names were cut from', () => {
    const tree = new PathTrie<Item>();
    const used = () => {
      globalThis.gc!();
      return process.memoryUsage().heapUsed;
    };
    const before = used();
    for (let index = 0; index < 20; index++) {
      const [long, short] = [item('long'), item('short')];
      const name = `/a-name-of-many-letters-${index}`;
      const place = tree.add(`${name}/${'x'.repeat(1_000_000)}`, long);
      tree.add(`${name}/b`, short);
      removeFrom(place, long);
    }
    expect(used() - before).toBeLessThan(10_000_000);
    expect(tree.entries).toBe(20);
  });

  it('takes a path of very many segments', () => {
    const tree = new PathTrie<Item>();
    const path = '/a'.repeat(50_000);
    const own = item(path);
    const place = tree.add(path, own);
    expect(taken(place)).toEqual([path]);
    removeFrom(place, own);
    expect(tree).toEqual(new PathTrie());
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
