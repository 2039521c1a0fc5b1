import type { Node } from './tokens.js';

/** Returns the text of a keyword, in lower case. @returns undefined if the node is no word */
export function wordOf(node: Node | undefined): string | undefined {
  return node?.kind === 'word' ? node.text : undefined;
}

/** Returns the text of an identifier. @returns undefined if the node is none */
export function identifierOf(node: Node | undefined): string | undefined {
  return node?.kind === 'word' || node?.kind === 'name' ? node.text : undefined;
}

export function isSymbol(node: Node | undefined, text: string): boolean {
  return node?.kind === 'symbol' && node.text === text;
}

/** Splits nodes at the separators, which are not in the parts. */
export function splitAt(nodes: readonly Node[], isSeparator: (node: Node) => boolean): (readonly Node[])[] {
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    if (isSeparator(node)) parts.push([]);
    else parts.at(-1)?.push(node);
  }
  return parts;
}

/** Splits nodes at a comma. */
export function splitAtCommas(nodes: readonly Node[]): (readonly Node[])[] {
  return splitAt(nodes, node => isSymbol(node, ','));
}

/** A name with its qualifiers: `"public"."user"`. */
export interface QualifiedName {
  /** The last part. */
  readonly name: string;
  /** The part before the last. */
  readonly qualifier: string | undefined;
  /** The index after it. */
  readonly end: number;
}

/** Reads a name at an index. @returns undefined if there is none */
export function nameAt(nodes: readonly Node[], start: number): QualifiedName | undefined {
  let name = identifierOf(nodes[start]);
  if (name === undefined) return undefined;
  let qualifier: string | undefined;
  let end = start + 1;
  for (; isSymbol(nodes[end], '.'); end += 2) {
    const next = identifierOf(nodes[end + 1]);
    if (next === undefined) return undefined;
    [qualifier, name] = [name, next];
  }
  return { name, qualifier, end };
}

/** Returns the nodes between a word and the first of the words that end them. @returns undefined if the word is missing */
export function clauseOf(nodes: readonly Node[], word: string, ends: ReadonlySet<string>): readonly Node[] | undefined {
  const start = nodes.findIndex((node, at) => wordOf(node) === word && !isOperand(nodes, at));
  if (start === -1) return undefined;
  const rest = nodes.slice(start + 1);
  const end = rest.findIndex((node, at) => ends.has(wordOf(node) ?? '') && !isOperand(rest, at));
  return end === -1 ? rest : rest.slice(0, end);
}

/** True for the `from` of `is distinct from`, and for a column or an alias with the text of a keyword. */
function isOperand(nodes: readonly Node[], at: number): boolean {
  const before = nodes[at - 1];
  if (isSymbol(before, '.') || isSymbol(nodes[at + 1], '.')) return true;
  return wordOf(before) === 'distinct' && ['is', 'not'].includes(wordOf(nodes[at - 2]) ?? '');
}
