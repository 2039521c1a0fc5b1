import { isSymbol, nameAt, splitAt, splitAtCommas, wordOf } from './nodes.js';
import type { Node } from './tokens.js';

/** The source of a value: a parameter of the statement, or the value itself. */
export type ValueSource =
  { readonly kind: 'parameter'; readonly index: number } | { readonly kind: 'literal'; readonly value: string | number };

/** The values of a primary key, in the order of its columns. */
export type RowKey = readonly ValueSource[];

/** A relation whose rows a condition may name. */
export interface KeyedRelation {
  /** The alias, in lower case. */
  readonly alias: string;
  /** The columns of the primary key, in lower case. */
  readonly keyColumns: readonly string[];
  /** True if a column without a qualifier is a column of this relation. */
  readonly isOnly: boolean;
}

/** The maximum number of rows that one condition may name. */
const MAX_ROWS = 100;

/** Words whose `and` is no conjunction. */
const OTHER_USE_OF_AND = new Set(['between', 'case']);

/**
 * Finds the rows of a relation that fulfil a condition, if it compares the primary key with values.
 *
 * @returns undefined if rows with any primary key may fulfil it
 */
export function rowsIn(condition: readonly Node[], relation: KeyedRelation): readonly RowKey[] | undefined {
  const [only, second] = condition;
  if (only?.kind === 'group' && second === undefined) return rowsIn(only.nodes, relation);
  if (condition.some(node => OTHER_USE_OF_AND.has(wordOf(node) ?? ''))) return undefined;
  const alternatives = splitAt(condition, node => wordOf(node) === 'or');
  if (alternatives.length === 1) return rowsInConjunction(condition, relation);
  const rows = alternatives.map(part => rowsIn(part, relation));
  return rows.every(part => part !== undefined) ? bounded(rows.flat()) : undefined;
}

function rowsInConjunction(condition: readonly Node[], relation: KeyedRelation): readonly RowKey[] | undefined {
  const { keyColumns } = relation;
  const values = new Map<string, readonly ValueSource[]>();
  const parts = splitAt(condition, node => wordOf(node) === 'and');
  for (const part of parts) {
    const compared = comparisonIn(part, relation);
    if (compared !== undefined) values.set(compared.column, compared.values);
    else if (part.length === 1 && part[0]?.kind === 'group') {
      const rows = rowsIn(part, relation);
      if (rows !== undefined) return rows;
    }
  }
  if (keyColumns.length === 0 || !keyColumns.every(column => values.has(column))) return undefined;
  let rows: RowKey[] = [[]];
  for (const column of keyColumns) {
    const choices = values.get(column) ?? [];
    if (rows.length * choices.length > MAX_ROWS) return undefined;
    rows = rows.flatMap(row => choices.map(value => [...row, value]));
  }
  return rows;
}

function bounded(rows: readonly RowKey[]): readonly RowKey[] | undefined {
  return rows.length > MAX_ROWS ? undefined : rows;
}

interface Comparison {
  readonly column: string;
  readonly values: readonly ValueSource[];
}

/** Reads `column = value`, `value = column` or `column IN (value, …)`. @returns undefined if the nodes are anything else */
function comparisonIn(nodes: readonly Node[], relation: KeyedRelation): Comparison | undefined {
  const [only, second] = nodes;
  if (only?.kind === 'group' && second === undefined) return comparisonIn(only.nodes, relation);
  const [last] = nodes.slice(-1);
  const column = columnAt(nodes, 0, relation);
  if (column !== undefined) {
    const [operator, value, extra] = nodes.slice(column.end);
    if (extra !== undefined) return undefined;
    if (isSymbol(operator, '=')) return comparison(column.name, [value]);
    if (wordOf(operator) !== 'in' || value?.kind !== 'group') return undefined;
    const list = splitAtCommas(value.nodes);
    return list.every(item => item.length === 1) ? comparison(column.name, list.flat()) : undefined;
  }
  if (last === undefined || !isSymbol(second, '=')) return undefined;
  const right = columnAt(nodes, 2, relation);
  return right?.end === nodes.length ? comparison(right.name, [only]) : undefined;
}

function comparison(column: string, nodes: readonly (Node | undefined)[]): Comparison | undefined {
  const values = nodes.map(valueSourceOf);
  return values.length <= MAX_ROWS && values.every(value => value !== undefined) ? { column, values } : undefined;
}

/** @returns undefined if the node is no column of the primary key of the relation */
function columnAt(
  nodes: readonly Node[],
  start: number,
  { alias, keyColumns, isOnly }: KeyedRelation,
): { readonly name: string; readonly end: number } | undefined {
  const named = nameAt(nodes, start);
  if (named === undefined) return undefined;
  const isOwn = named.qualifier === undefined ? isOnly : named.qualifier.toLowerCase() === alias;
  const name = named.name.toLowerCase();
  return isOwn && keyColumns.includes(name) ? { name, end: named.end } : undefined;
}

/** @returns undefined if the node is no value */
export function valueSourceOf(node: Node | undefined): ValueSource | undefined {
  if (node?.kind === 'literal') return node;
  return node?.kind === 'parameter' && node.index !== undefined ? { kind: 'parameter', index: node.index } : undefined;
}
