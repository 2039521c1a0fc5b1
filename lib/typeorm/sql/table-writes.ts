import { clauseOf, identifierOf, isSymbol, nameAt, splitAtCommas, wordOf } from './nodes.js';
import type { KeyColumnsOf } from './query-reads.js';
import { relationAt } from './relations.js';
import { rowsIn, valueSourceOf, type RowKey } from './row-keys.js';
import type { Node } from './tokens.js';

/** A table that a statement changes. */
export interface TableWrite {
  /** The name without qualifiers, in lower case. */
  readonly table: string;
  /** `replace` may delete rows. `truncate` empties the table, `truncate-cascade` also those that refer to it. */
  readonly kind: 'insert' | 'update' | 'delete' | 'replace' | 'truncate' | 'truncate-cascade';
  /** The rows that it changes. Undefined if their primary keys are unknown. */
  readonly rows: readonly RowKey[] | undefined;
}

const AFTER_SET = new Set(['from', 'where', 'returning', 'order', 'limit']);
const AFTER_WHERE = new Set(['returning', 'order', 'limit']);

/** Words between the name of a command and its table. */
const BEFORE_TABLE = new Set(['into', 'from', 'only', 'table', 'or', 'rollback', 'abort', 'replace', 'fail', 'ignore']);

/** Reads a statement that changes rows. @returns undefined if it is none, or its form is unknown */
export function writesOf(nodes: readonly Node[], keyColumnsOf: KeyColumnsOf): readonly TableWrite[] | undefined {
  const command = wordOf(nodes[0]);
  let at = 1;
  while (BEFORE_TABLE.has(wordOf(nodes[at]) ?? '')) at++;
  if (command === 'truncate') return truncationOf(nodes.slice(at));
  const target = relationAt(nodes, at);
  if (target === undefined) return undefined;
  const { name: table, alias } = target;
  const rest = nodes.slice(nameAt(nodes, at)?.end ?? at);
  const keyColumns = keyColumnsOf(table);
  const rows = (): readonly RowKey[] | undefined =>
    keyColumns && rowsIn(clauseOf(rest, 'where', AFTER_WHERE) ?? [], { alias, keyColumns, isOnly: isAlone(rest) });
  switch (command) {
    case 'insert':
    case 'replace': {
      const replaces = command === 'replace' || nodes.slice(1, at).some(node => wordOf(node) === 'replace');
      if (replaces) return [{ table, kind: 'replace', rows: undefined }];
      // The row of a conflict has another primary key than the new one.
      const updates = rest.some((node, index) => wordOf(node) === 'do' && wordOf(rest[index + 1]) === 'update');
      return updates
        ? [{ table, kind: 'update', rows: undefined }]
        : [{ table, kind: 'insert', rows: keyColumns && insertedRows(rest, keyColumns) }];
    }
    case 'update':
      return [{ table, kind: 'update', rows: setsKey(rest, keyColumns ?? []) ? undefined : rows() }];
    case 'delete':
      return [{ table, kind: 'delete', rows: rows() }];
    case 'merge':
      return [{ table, kind: 'replace', rows: undefined }];
    default:
      return undefined;
  }
}

/** Returns true if a statement names no further table, so that a column without a qualifier is one of its own. */
function isAlone(nodes: readonly Node[]): boolean {
  return !nodes.some(node => ['from', 'using'].includes(wordOf(node) ?? ''));
}

function truncationOf(nodes: readonly Node[]): readonly TableWrite[] | undefined {
  const kind = nodes.some(node => wordOf(node) === 'cascade') ? 'truncate-cascade' : 'truncate';
  const names = splitAtCommas(nodes).map(part => nameAt(part, wordOf(part[0]) === 'only' ? 1 : 0));
  if (!names.every(name => name !== undefined)) return undefined;
  return names.map(({ name }) => ({ table: name.toLowerCase(), kind, rows: undefined }));
}

/** Returns the primary keys in `(columns) VALUES (…), (…)`. @returns undefined if one is not a plain value */
function insertedRows(nodes: readonly Node[], keyColumns: readonly string[]): readonly RowKey[] | undefined {
  const at = nodes.findIndex(node => wordOf(node) === 'values');
  const columns = nodes.slice(0, Math.max(0, at)).find(node => node.kind === 'group');
  if (columns === undefined || keyColumns.length === 0) return undefined;
  const names = splitAtCommas(columns.nodes).map(part => identifierOf(part.at(-1))?.toLowerCase());
  const positions = keyColumns.map(column => names.indexOf(column));
  const rows: RowKey[] = [];
  for (let next = at + 1; nodes[next]?.kind === 'group'; next += isSymbol(nodes[next + 1], ',') ? 2 : nodes.length) {
    const tuple = nodes[next];
    const values = tuple?.kind === 'group' ? splitAtCommas(tuple.nodes) : [];
    const row = positions.map(position => {
      const value = values[position];
      return value?.length === 1 ? valueSourceOf(value[0]) : undefined;
    });
    if (!row.every(value => value !== undefined)) return undefined;
    rows.push(row);
  }
  return rows.length === 0 ? undefined : rows;
}

/** Returns true if an update may change a primary key. */
function setsKey(nodes: readonly Node[], keyColumns: readonly string[]): boolean {
  const assignments = clauseOf(nodes, 'set', AFTER_SET);
  if (assignments === undefined) return true;
  return splitAtCommas(assignments).some(assignment => {
    const equals = assignment.findIndex(node => isSymbol(node, '='));
    const column = identifierOf(assignment[equals - 1])?.toLowerCase();
    return column === undefined || keyColumns.includes(column);
  });
}
