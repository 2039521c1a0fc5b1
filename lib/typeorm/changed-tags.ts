import { anyRowTag, bulkTag, namedTableTag, newRowTag, rowTag } from '../runtime/table-tags.js';
import type { Schema } from './schema.js';
import type { TableWrite } from './sql/table-writes.js';

/** The maximum number of rows of one statement whose tags are invalidated. Beyond it, all rows of the table count as changed. */
const MAX_ROWS = 50;

/** Returns the tags of all reads of a table. */
export function tagsOfTable(table: string): string[] {
  return [namedTableTag(table), anyRowTag(table), bulkTag(table), newRowTag(table)];
}

/** Returns the tags that a change invalidates, with those of the tables that the database changes with it. */
export function tagsOfWrite(write: TableWrite, schema: Schema, parameters: readonly unknown[]): string[] {
  const { table, kind } = write;
  return [
    ...ownTags(write, schema, parameters),
    ...reachedTables(table, kind, write.rows === undefined, schema).flatMap(tagsOfTable),
  ];
}

function reachedTables(table: string, kind: TableWrite['kind'], isBulk: boolean, schema: Schema): string[] {
  switch (kind) {
    case 'insert':
      return [];
    case 'update':
      // An update of unknown rows may change a primary key. An update of known rows may change another key to which a table refers.
      return [...schema.reachedFrom(table, isBulk ? 'update' : 'update-row')];
    case 'delete':
    case 'truncate':
      return [...schema.reachedFrom(table, 'delete')];
    case 'replace':
      return [...schema.reachedFrom(table, 'delete'), ...schema.reachedFrom(table, 'update')];
    case 'truncate-cascade':
      return [...schema.reachedFrom(table, 'truncate')];
  }
}

function ownTags(write: TableWrite, schema: Schema, parameters: readonly unknown[]): string[] {
  const { table, kind } = write;
  const texts = schema.rowTextsOf(write, parameters);
  const ofTable = [namedTableTag(table), anyRowTag(table)];
  if (texts !== undefined && texts.length <= MAX_ROWS) return [...ofTable, ...texts.map(text => rowTag(table, text))];
  return kind === 'insert' ? [...ofTable, newRowTag(table)] : tagsOfTable(table);
}
