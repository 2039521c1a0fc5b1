import { identifierOf, isSymbol, splitAt, wordOf } from './nodes.js';
import { addNested, addReads, withoutExpressions, type KeyColumnsOf, type Reads, type TableRead } from './query-reads.js';
import { writesOf, type TableWrite } from './table-writes.js';
import { nodesOf, type Dialect, type Node } from './tokens.js';

/** A statement that controls the transaction. */
export type ControlStatement =
  | { readonly kind: 'begin' | 'commit' | 'rollback' }
  | { readonly kind: 'savepoint' | 'release' | 'rollback-to'; readonly name: string };

/** A statement that reads or changes data. */
export interface DataStatement {
  readonly kind: 'data';
  readonly reads: readonly TableRead[];
  readonly writes: readonly TableWrite[];
  /** The functions that it calls and that may read a table. */
  readonly functions: readonly string[];
  /** The names of its common table expressions, in lower case. */
  readonly expressions: ReadonlySet<string>;
  /** True if it returns a record only if the rows that it names exist: it has no function and no subquery. */
  readonly showsRows: boolean;
  /** The forms that are not understood: it may read, or change, anything. */
  readonly unclear: 'nothing' | 'reads' | 'writes';
}

/** A statement that defines tables. Each table that it names counts as changed. */
interface DefinitionStatement {
  readonly kind: 'definition';
  readonly names: readonly string[];
}

export type Statement = ControlStatement | DataStatement | DefinitionStatement | { readonly kind: 'other' };

const CONTROL: Readonly<Record<string, 'begin' | 'commit' | 'rollback'>> = {
  begin: 'begin',
  start: 'begin',
  commit: 'commit',
  end: 'commit',
  abort: 'rollback',
};

/** Commands that neither read nor change rows. */
const OTHER = new Set(
  'set reset show pragma analyze vacuum listen unlisten notify lock deallocate discard checkpoint comment grant revoke close'.split(
    ' ',
  ),
);
const DEFINITIONS = new Set(['create', 'alter', 'drop', 'refresh', 'reindex', 'cluster']);
const QUERIES = new Set(['select', 'values', 'table']);
const CHANGES = new Set(['insert', 'replace', 'update', 'delete', 'merge', 'truncate']);

/** A statement of an unknown form. */
const UNKNOWN: DataStatement = {
  kind: 'data',
  reads: [],
  writes: [],
  functions: [],
  expressions: new Set(),
  showsRows: false,
  unclear: 'writes',
};

/** Reads the statements of a text. */
export function statementsOf(sql: string, dialect: Dialect, keyColumnsOf: KeyColumnsOf): readonly Statement[] {
  const nodes = nodesOf(sql, dialect);
  if (nodes === undefined) return [UNKNOWN];
  return splitAt(nodes, node => isSymbol(node, ';'))
    .filter(statement => statement.length > 0)
    .map(statement => statementOf(statement, keyColumnsOf));
}

function statementOf(nodes: readonly Node[], keyColumnsOf: KeyColumnsOf): Statement {
  const command = wordOf(nodes[0]);
  if (command === undefined) return nodes[0]?.kind === 'group' ? dataStatement(nodes, keyColumnsOf) : UNKNOWN;
  // `COMMIT PREPARED` commits the transaction of another session.
  if (nodes.some(node => wordOf(node) === 'prepared')) return UNKNOWN;
  const control = Object.hasOwn(CONTROL, command) ? CONTROL[command] : undefined;
  if (control !== undefined) return { kind: control };
  if (command === 'savepoint' || command === 'release') return { kind: command, name: lastName(nodes) };
  if (command === 'rollback')
    return nodes.some(node => wordOf(node) === 'to') ? { kind: 'rollback-to', name: lastName(nodes) } : { kind: 'rollback' };
  if (OTHER.has(command)) return { kind: 'other' };
  if (DEFINITIONS.has(command)) return { kind: 'definition', names: namesIn(nodes) };
  if (command === 'with' || QUERIES.has(command) || CHANGES.has(command)) return dataStatement(nodes, keyColumnsOf);
  if (command === 'explain' && !containsChange(nodes)) return { kind: 'other' };
  return { ...UNKNOWN, writes: namesIn(nodes).map(table => ({ table, kind: 'replace', rows: undefined })) };
}

function dataStatement(nodes: readonly Node[], keyColumnsOf: KeyColumnsOf): DataStatement {
  const reads: Reads = { tables: [], functions: new Set(), expressions: new Set(), isUnclear: false };
  const body = withoutExpressions(nodes, reads, keyColumnsOf);
  const isChange = CHANGES.has(wordOf(body[0]) ?? '');
  if (isChange) addNested(body, reads, keyColumnsOf);
  else addReads(body, reads, keyColumnsOf);
  // PostgreSQL accepts a change as a common table expression.
  const changes = [...(isChange ? [body] : []), ...nodes.flatMap(changesIn)];
  const writes = changes.map(change => writesOf(change, keyColumnsOf));
  const isWriteUnclear = writes.some(write => write === undefined);
  return {
    kind: 'data',
    reads: reads.tables,
    writes: writes.flatMap(write => write ?? []),
    functions: [...reads.functions],
    expressions: reads.expressions,
    showsRows: isPlain(body) && reads.functions.size === 0,
    unclear: isWriteUnclear ? 'writes' : reads.isUnclear ? 'reads' : 'nothing',
  };
}

/** Returns the changes in a group. */
function changesIn(node: Node): (readonly Node[])[] {
  if (node.kind !== 'group') return [];
  const isChange = CHANGES.has(wordOf(node.nodes[0]) ?? '') && node.nodes.length > 1 && node.nodes[1]?.kind !== 'group';
  return [...(isChange && !isSymbol(node.nodes[1], ',') ? [node.nodes] : []), ...node.nodes.flatMap(changesIn)];
}

function containsChange(nodes: readonly Node[]): boolean {
  return nodes.some(node => CHANGES.has(wordOf(node) ?? '') || (node.kind === 'group' && containsChange(node.nodes)));
}

/** Returns true if a query is one `SELECT` from tables, or from such a query, so that it returns a record only if its rows exist. */
function isPlain(nodes: readonly Node[]): boolean {
  if (wordOf(nodes[0]) !== 'select') return false;
  const from = nodes.findIndex(node => wordOf(node) === 'from');
  const source = nodes[from + 1];
  const inner = source?.kind === 'group' && hasQuery(source.nodes) ? source : undefined;
  if (inner !== undefined && (!isPlain(inner.nodes) || nodes.some(node => wordOf(node) === 'join'))) return false;
  const others = nodes.filter(node => node !== inner);
  return from !== -1 && !others.some((node, at) => node.kind === 'group' && (at < from || hasQuery(node.nodes)));
}

function hasQuery(nodes: readonly Node[]): boolean {
  return nodes.some(node => wordOf(node) === 'select' || (node.kind === 'group' && hasQuery(node.nodes)));
}

function lastName(nodes: readonly Node[]): string {
  return identifierOf(nodes.at(-1))?.toLowerCase() ?? '';
}

/** Returns all identifiers of a statement, and texts that may be one, in lower case. */
function namesIn(nodes: readonly Node[]): string[] {
  return nodes.flatMap(node => {
    if (node.kind === 'group') return namesIn(node.nodes);
    return identifierOf(node)?.toLowerCase() ?? [];
  });
}
