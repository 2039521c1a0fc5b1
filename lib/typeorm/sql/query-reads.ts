import { clauseOf, nameAt, splitAt, wordOf } from './nodes.js';
import { isPure } from './pure-functions.js';
import { isSubquery, sourcesOf, type Relation } from './relations.js';
import { rowsIn, type RowKey } from './row-keys.js';
import type { Node } from './tokens.js';

/** A table that a statement reads. */
export interface TableRead {
  /** The name without qualifiers, in lower case. */
  readonly table: string;
  /** The rows that it reads. Undefined if it may read any row. */
  readonly rows: readonly RowKey[] | undefined;
}

/** The reads of a statement. */
export interface Reads {
  readonly tables: TableRead[];
  /** The functions that it calls and that may read a table. */
  readonly functions: Set<string>;
  /** The names of its common table expressions, in lower case. */
  readonly expressions: Set<string>;
  isUnclear: boolean;
}

/** Returns the columns of the primary key of a table, in lower case. @returns undefined if the table or its key is unknown */
export type KeyColumnsOf = (table: string) => readonly string[] | undefined;

const SET_OPERATORS = new Set(['union', 'intersect', 'except']);

const AFTER_FROM = new Set('where group having window order limit offset fetch for union intersect except returning'.split(' '));
const AFTER_WHERE = new Set([...AFTER_FROM].filter(word => word !== 'where'));

/** Adds the reads of a query, and of the queries in it. */
export function addReads(query: readonly Node[], reads: Reads, keyColumnsOf: KeyColumnsOf): void {
  const body = withoutExpressions(query, reads, keyColumnsOf);
  for (const part of splitAt(body, node => SET_OPERATORS.has(wordOf(node) ?? ''))) {
    const select = part.slice(['all', 'distinct'].includes(wordOf(part[0]) ?? '') ? 1 : 0);
    if (wordOf(select[0]) === 'select') addSelect(select, reads, keyColumnsOf);
    else if (wordOf(select[0]) === 'table') addTable(select, reads);
    addNested(select, reads, keyColumnsOf);
  }
}

/** Adds the reads of the subqueries in nodes, and the functions that the nodes call. */
export function addNested(nodes: readonly Node[], reads: Reads, keyColumnsOf: KeyColumnsOf): void {
  for (const [at, node] of nodes.entries()) {
    if (node.kind !== 'group') continue;
    const called = functionBefore(nodes, at);
    if (called !== undefined && !isPure(called)) reads.functions.add(called);
    if (isSubquery(node.nodes)) addReads(node.nodes, reads, keyColumnsOf);
    else addNested(node.nodes, reads, keyColumnsOf);
  }
}

/** Returns the function whose arguments a group is. */
function functionBefore(nodes: readonly Node[], at: number): string | undefined {
  const before = nodes[at - 1];
  // The alias of a relation, with its columns.
  if (wordOf(nodes[at - 2]) === 'as') return undefined;
  return before?.kind === 'word' || before?.kind === 'name' ? before.text.toLowerCase() : undefined;
}

/** Notes the common table expressions before a query. @returns the query without them */
export function withoutExpressions(query: readonly Node[], reads: Reads, keyColumnsOf: KeyColumnsOf): readonly Node[] {
  if (wordOf(query[0]) !== 'with') return query;
  let at = wordOf(query[1]) === 'recursive' ? 2 : 1;
  for (;;) {
    const named = nameAt(query, at);
    if (named === undefined) break;
    reads.expressions.add(named.name.toLowerCase());
    at = named.end;
    while (at < query.length && (wordOf(query[at]) !== 'as' || wordOf(query[at - 1]) === 'as')) at++;
    while (at < query.length && query[at]?.kind !== 'group') at++;
    const body = query[at++];
    if (body?.kind === 'group') addReads(body.nodes, reads, keyColumnsOf);
    const next = query[at];
    if (next?.kind !== 'symbol' || next.text !== ',') return query.slice(at);
    at++;
  }
  reads.isUnclear = true;
  return [];
}

function addSelect(select: readonly Node[], reads: Reads, keyColumnsOf: KeyColumnsOf): void {
  const sources = sourcesOf(clauseOf(select, 'from', AFTER_FROM) ?? []);
  if (clauseOf(select, 'from', AFTER_FROM)?.length === 0) reads.isUnclear = true;
  if (sources.isUnclear || clauseOf(select, 'into', AFTER_FROM) !== undefined) reads.isUnclear = true;
  const condition = clauseOf(select, 'where', AFTER_WHERE) ?? [];
  const isOnly = sources.relations.length + sources.subqueries.length === 1;
  for (const relation of sources.relations) addRelation(relation, condition, isOnly, reads, keyColumnsOf);
}

function addRelation(
  { name, alias, isFunction }: Relation,
  condition: readonly Node[],
  isOnly: boolean,
  reads: Reads,
  keyColumnsOf: KeyColumnsOf,
): void {
  if (isFunction) {
    if (!isPure(name)) reads.functions.add(name);
    return;
  }
  const keyColumns = keyColumnsOf(name);
  reads.tables.push({ table: name, rows: keyColumns && rowsIn(condition, { alias, keyColumns, isOnly }) });
}

function addTable(select: readonly Node[], reads: Reads): void {
  const named = nameAt(select, wordOf(select[1]) === 'only' ? 2 : 1);
  if (named === undefined) reads.isUnclear = true;
  else reads.tables.push({ table: named.name.toLowerCase(), rows: undefined });
}
