import { isSymbol, nameAt, wordOf } from './nodes.js';
import type { Node } from './tokens.js';

/** A table, a view or a function in a `FROM` clause. */
export interface Relation {
  /** Its name without qualifiers, in lower case. */
  readonly name: string;
  readonly alias: string;
  readonly isFunction: boolean;
}

/** The sources of the rows of a `SELECT`. */
export interface Sources {
  readonly relations: Relation[];
  /** The nodes of subqueries. */
  readonly subqueries: (readonly Node[])[];
  /** True if a part has an unknown form. */
  isUnclear: boolean;
}

/** Words after a relation that are no alias. */
const NO_ALIAS = new Set(
  'as cross default except fetch for full group having indexed inner intersect into join left limit natural not offset on order outer returning right select set tablesample union using values where window with'.split(
    ' ',
  ),
);

/** The first words of a subquery. */
const SUBQUERY = new Set(['select', 'values', 'with', 'table', 'insert', 'update', 'delete', 'merge']);

/** Returns true if the nodes of a group are a query. */
export function isSubquery(nodes: readonly Node[]): boolean {
  const [first] = nodes;
  return first?.kind === 'group' ? isSubquery(first.nodes) : SUBQUERY.has(wordOf(first) ?? '');
}

/** Reads the nodes of a `FROM` clause. */
export function sourcesOf(
  nodes: readonly Node[],
  sources: Sources = { relations: [], subqueries: [], isUnclear: false },
): Sources {
  let isExpected = true;
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at];
    if (!isExpected) {
      isExpected = isSymbol(node, ',') || wordOf(node) === 'join';
      continue;
    }
    if (wordOf(node) === 'lateral' || wordOf(node) === 'only') continue;
    isExpected = false;
    if (node?.kind === 'group') {
      if (isSubquery(node.nodes)) sources.subqueries.push(node.nodes);
      else sourcesOf(node.nodes, sources);
      continue;
    }
    const relation = relationAt(nodes, at);
    if (relation === undefined) sources.isUnclear = true;
    else {
      sources.relations.push(relation);
      at = relation.end - 1;
    }
  }
  return sources;
}

/** Reads a relation and its alias. @returns undefined if there is none */
export function relationAt(nodes: readonly Node[], start: number): (Relation & { readonly end: number }) | undefined {
  const first = nodes[start];
  // SQLite accepts a string as the name of a table.
  const text = first?.kind === 'literal' && typeof first.value === 'string' ? first.value : undefined;
  const named = text === undefined ? nameAt(nodes, start) : { name: text, end: start + 1 };
  if (named === undefined) return undefined;
  let { end } = named;
  const isFunction = nodes[end]?.kind === 'group';
  if (isFunction) end++;
  if (isSymbol(nodes[end], '*')) end++;
  const hasAs = wordOf(nodes[end]) === 'as';
  if (hasAs) end++;
  const alias = nodes[end];
  const isAlias = alias?.kind === 'name' || (alias?.kind === 'word' && (hasAs || !NO_ALIAS.has(alias.text)));
  return {
    name: named.name.toLowerCase(),
    alias: (isAlias ? alias.text : named.name).toLowerCase(),
    isFunction,
    end: isAlias ? end + 1 : end,
  };
}
