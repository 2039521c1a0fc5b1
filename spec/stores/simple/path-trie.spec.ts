import { addTo, itemsInSubtree, PathTrie, removeFrom, type TrieNode } from '../../../lib/stores/simple/path-trie.js';

const item = (name: string, bytes = 100) => ({ name, entries: 1, bytes });
type Item = ReturnType<typeof item>;

function namesIn(node: TrieNode<Item> | undefined): string[] {
  return node === undefined ? [] : Array.from(itemsInSubtree(node), ({ name }) => name);
}

describe('a path trie', () => {
  it('detaches all items at and under a prefix', () => {
    const trie = new PathTrie<Item>();
    for (const name of ['', '/a', '/a/b', '/a/b/c', '/ab']) trie.add(name, item(name));
    expect(namesIn(trie.detach('/a'))).toEqual(['/a', '/a/b', '/a/b/c']);
    expect(trie.detach('/a')).toBeUndefined();
    expect(trie.detach('/a/b')).toBeUndefined();
    expect(namesIn(trie.detach(''))).toEqual(['', '/ab']);
    expect(trie).toEqual(new PathTrie());
  });

  it('marks each node of a detached subtree as detached', () => {
    const trie = new PathTrie<Item>();
    const [above, at, under, beside] = ['/a', '/a/b', '/a/b/c', '/a/bc'].map(name => trie.add(name, item(name)));
    trie.detach('/a/b');
    expect([above, at, under, beside].map(node => node?.isDetached)).toEqual([false, true, true, false]);
    trie.detach('');
    expect([above, at, under, beside].map(node => node?.isDetached)).toEqual([true, true, true, true]);
    expect(trie.add('/a/b', item('new')).isDetached).toBe(false);
  });

  it('detaches a prefix in as many steps as the prefix has segments, for any number of items', () => {
    const trie = new PathTrie<Item>();
    const readsToDetach = (prefix: string) => {
      const reads = countReads();
      trie.detach(prefix);
      return reads();
    };
    trie.add('/users/one/friends', item('one'));
    trie.add('/users/two/friends', item('two'));
    const few = readsToDetach('/users/one');
    for (let index = 0; index < 5000; index++) trie.add(`/users/many/${index}`, item(String(index)));
    expect(readsToDetach('/users/many')).toBe(few);
    expect(trie.entries).toBe(1);
  });

  it('counts its entries and bytes, and subtracts all of them when the items are removed', () => {
    const trie = new PathTrie<Item>();
    const paths = ['', '/a', '/a/b', '/a/b', '/a/b', '/a/b/c', '/x/y/z'];
    const nodes = paths.map(path => {
      const own = item(path);
      return { own, node: trie.add(path, own) };
    });
    expect(trie.entries).toBe(7);
    expect(trie.bytes).toBeGreaterThan(7 * 100 + 6 * 100);
    for (const { own, node } of nodes) removeFrom(node, own);
    expect([trie.entries, trie.bytes]).toEqual([0, 0]);
    expect(trie).toEqual(new PathTrie());
  });

  it('counts the remaining items of a detached subtree there', () => {
    const trie = new PathTrie<Item>();
    const items = ['/a/b', '/a/b', '/a/c/d'].map(name => ({ own: item(name), node: undefined as TrieNode<Item> | undefined }));
    for (const each of items) each.node = trie.add(each.own.name, each.own);
    for (const beside of ['/b', '/c']) trie.add(beside, item(beside));
    const { bytes } = trie;
    const detached = trie.detach('/a')!;
    expect([trie.entries, detached.entries, trie.bytes + detached.bytes]).toEqual([2, 3, bytes]);
    const left = trie.bytes;
    for (const { own, node } of items) removeFrom(node!, own);
    expect([trie.entries, trie.bytes]).toEqual([2, left]);
    // Only the top of the detached subtree remains, without its descendants.
    expect(detached).toMatchObject({ entries: 0, children: undefined, items: undefined });
  });

  it('drops the nodes of removed items', () => {
    const trie = new PathTrie<Item>();
    const [first, second] = [item('first'), item('second')];
    const node = trie.add('/a/b/c', first);
    addTo(node, second);
    removeFrom(node, first);
    expect(node.items).toBe(second);
    removeFrom(node, second);
    expect(trie).toEqual(new PathTrie());
  });

  it('does not drop a new node when an item is removed from a detached node of the same path', () => {
    const trie = new PathTrie<Item>();
    const old = item('old');
    const node = trie.add('/a/b', old);
    trie.detach('/a');
    trie.add('/a/b', item('fresh'));
    removeFrom(node, old);
    expect(namesIn(trie.detach('/a'))).toEqual(['fresh']);
  });

  it('does not retain the paths from which its segments were sliced', () => {
    const trie = new PathTrie<Item>();
    const used = () => {
      globalThis.gc!();
      return process.memoryUsage().heapUsed;
    };
    const before = used();
    for (let index = 0; index < 20; index++) {
      const [long, short] = [item('long'), item('short')];
      const name = `/a-name-of-many-letters-${index}`;
      const node = trie.add(`${name}/${'x'.repeat(1_000_000)}`, long);
      trie.add(`${name}/b`, short);
      removeFrom(node, long);
    }
    expect(used() - before).toBeLessThan(10_000_000);
    expect(trie.entries).toBe(20);
  });

  it('accepts a path of very many segments', () => {
    const trie = new PathTrie<Item>();
    const path = '/a'.repeat(50_000);
    const own = item(path);
    const node = trie.add(path, own);
    expect(namesIn(node)).toEqual([path]);
    removeFrom(node, own);
    expect(trie).toEqual(new PathTrie());
  });
});

/** @returns a function that counts how often a trie has looked up a child or iterated over its children since */
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
