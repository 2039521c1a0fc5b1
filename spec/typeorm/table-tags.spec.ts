import {
  anyRowTag,
  bulkTag,
  coarseRowTag,
  isNamedTableTag,
  namedTableTag,
  newRowTag,
  rowTag,
  tableOfTag,
} from '../../lib/runtime/table-tags.js';

describe('the tags of a table', () => {
  it.each(['users', 'users bulk', 'users new', 'users (*)', 'users (1)', '100%20', 'a b c'])(
    'differ from all others: %s',
    table => {
      const tags = [
        namedTableTag(table),
        anyRowTag(table),
        rowTag(table, '1'),
        rowTag(table, 'a (b)'),
        bulkTag(table),
        newRowTag(table),
      ];
      const others = ['users', 'users ', 'users%20bulk'].filter(other => other !== table);
      const ofOthers = others.flatMap(other => [
        namedTableTag(other),
        anyRowTag(other),
        rowTag(other, '1'),
        bulkTag(other),
        newRowTag(other),
      ]);
      expect(new Set([...tags, ...ofOthers]).size).toBe(tags.length + ofOthers.length);
      expect(tags.map(tableOfTag)).toEqual(tags.map(() => table));
      expect(tags.filter(isNamedTableTag)).toEqual([namedTableTag(table)]);
      expect(tags.map(coarseRowTag)).toEqual([undefined, undefined, anyRowTag(table), anyRowTag(table), undefined, undefined]);
    },
  );
});
