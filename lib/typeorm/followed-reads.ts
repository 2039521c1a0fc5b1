import type { Computation } from '../runtime/computation.js';
import { anyRowTag, bulkTag, namedTableTag, newRowTag, rowTag } from '../runtime/table-tags.js';
import type { Schema } from './schema.js';
import type { DataStatement } from './sql/statements.js';
import type { TableRead } from './sql/query-reads.js';

/** A statement that a computation sends. */
export interface SentStatement {
  readonly statement: DataStatement;
  readonly parameters: readonly unknown[];
  /** True if a query builder of TypeORM has built it. */
  readonly isBuilt: boolean;
}

/**
 * Makes a computation depend on what a statement reads, before the statement is sent.
 *
 * @returns the tags to add if the statement finds fewer records than `rows`
 */
export function dependOnReads(
  computation: Computation,
  { statement, parameters, isBuilt }: SentStatement,
  schema: Schema,
): { readonly rows: number; readonly tags: readonly string[] } {
  const doubt = doubtAbout(computation, statement, schema, isBuilt);
  if (doubt !== undefined) computation.markUnfollowed(doubt);
  const absent: string[] = [];
  let rows = 0;
  for (const read of tablesOf(statement, schema)) {
    const texts = schema.rowTextsOf(read, parameters);
    if (texts === undefined) computation.addRead([anyRowTag(read.table)]);
    else {
      computation.addRead([bulkTag(read.table), ...texts.map(text => rowTag(read.table, text))]);
      absent.push(newRowTag(read.table));
      rows += texts.length;
    }
  }
  // With two tables, the record count does not identify the missing row.
  const isCounted = statement.showsRows && (rows <= 1 || statement.reads.length === 1);
  return { rows: isCounted ? rows : Infinity, tags: absent };
}

/** Returns the tables that a statement reads, and those that it changes: it may return their rows. */
function tablesOf({ reads, writes, expressions }: DataStatement, schema: Schema): TableRead[] {
  const changed = writes.map(({ table }): TableRead => ({ table, rows: undefined }));
  return [...reads.filter(({ table }) => !expressions.has(table) || schema.has(table)), ...changed];
}

/** @returns the reason why changes of what the statement reads could be missed, or undefined */
function doubtAbout(computation: Computation, statement: DataStatement, schema: Schema, isBuilt: boolean): string | undefined {
  const read = tablesOf(statement, schema).map(({ table }) => table);
  const isNamed = (table: string): boolean => computation.has(namedTableTag(table));
  if (!isBuilt) {
    const unnamed = read.find(table => schema.has(table) && !schema.isView(table) && !isNamed(table));
    if (unnamed === undefined && computation.namesTables) return undefined;
    const name = unnamed ?? 'name';
    return `its SQL is raw. Before the query, write cache.tag(table('${name}')) for each table that it reads`;
  }
  if (computation.namesTables) return undefined;
  const found = unknownSource(statement, read, schema);
  return found && `it reads ${found}. Before the query, write cache.tag(table('name')) for each table behind it`;
}

function unknownSource(
  { functions, writes, unclear }: DataStatement,
  read: readonly string[],
  schema: Schema,
): string | undefined {
  if (unclear !== 'nothing') return 'SQL of an unknown form';
  const view = read.find(table => schema.isView(table));
  if (view !== undefined) return `the view ${view}`;
  const unknown = read.find(table => !schema.has(table));
  if (unknown !== undefined) return `${unknown}, which is the table of no entity`;
  // Before the parenthesis of its columns, the table of a change looks like a function.
  return writes.length === 0 && functions[0] !== undefined ? `the function ${functions[0]}` : undefined;
}
