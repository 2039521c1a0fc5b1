/** A dialect of SQL that the library reads. */
export type Dialect = 'sqlite' | 'postgres';

/** A part of a statement. Parentheses and the nodes between them are one node. */
export type Node =
  /** A keyword or an identifier without quotes, in lower case. */
  | { readonly kind: 'word'; readonly text: string }
  /** An identifier in quotes. */
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: string | number }
  /** @property index the position of its value, from 0; undefined for a named parameter */
  | { readonly kind: 'parameter'; readonly index: number | undefined }
  | { readonly kind: 'symbol'; readonly text: string }
  | { readonly kind: 'group'; readonly nodes: readonly Node[] };

/** The characters of operators. A run of them is one symbol. */
const OPERATOR = /[=<>!~|&^%*+\-/@#:]/;

const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const NUMBER = /\d+(?:\.\d*)?(?:e[+-]?\d+)?/iy;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_]\w*)?\$/y;
const SQLITE_PARAMETER = /\?(\d*)|[:@$]\w+/y;
const POSTGRES_PARAMETER = /\$(\d+)/y;

/**
 * Reads the tokens of SQL.
 *
 * @returns undefined if the text is not valid, or has a form whose meaning is unknown
 */
export function nodesOf(sql: string, dialect: Dialect): readonly Node[] | undefined {
  const reader = new Reader(sql, dialect);
  try {
    return reader.read();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class Reader {
  private at = 0;
  private parameters = 0;
  private readonly open: Node[][] = [[]];

  constructor(
    private readonly sql: string,
    private readonly dialect: Dialect,
  ) {}

  read(): readonly Node[] {
    while (this.at < this.sql.length) this.readOne();
    const [nodes, unclosed] = this.open;
    if (nodes === undefined || unclosed !== undefined) throw new SyntaxError('a parenthesis is not closed');
    return nodes;
  }

  private readOne(): void {
    const { sql, at } = this;
    const first = sql.charAt(at);
    if (/\s/.test(first)) this.at++;
    else if (sql.startsWith('--', at)) this.at = after(sql.indexOf('\n', at), 1, sql.length);
    else if (sql.startsWith('/*', at)) this.skipComment();
    else if (first === '(') this.begin();
    else if (first === ')') this.end();
    else if (first === "'") this.add({ kind: 'literal', value: this.quoted("'") });
    else if (first === '"') this.add({ kind: 'name', text: this.quoted('"') });
    else if (this.dialect === 'sqlite' && first === '`') this.add({ kind: 'name', text: this.quoted('`') });
    else if (this.dialect === 'sqlite' && first === '[') this.add({ kind: 'name', text: this.quoted(']') });
    else this.readBare(first);
  }

  private readBare(first: string): void {
    if (this.readParameter() || this.readDollarQuote()) return;
    const number = this.match(NUMBER)?.[0];
    if (number !== undefined) return this.add({ kind: 'literal', value: Number(number) });
    const word = this.match(WORD)?.[0];
    if (word !== undefined) return this.readWord(word.toLowerCase());
    if (OPERATOR.test(first)) return this.readOperator();
    this.at++;
    this.add({ kind: 'symbol', text: first });
  }

  private readWord(text: string): void {
    const next = this.sql.charAt(this.at);
    if (this.dialect === 'postgres' && text === 'e' && next === "'") {
      // A string with escapes (PostgreSQL 4.1.2.2).
      this.add({ kind: 'literal', value: this.quoted("'", true) });
      return;
    }
    // A name with Unicode escapes (PostgreSQL 4.1.1) is not its own text.
    if (text === 'u' && this.sql.startsWith('&"', this.at)) throw new SyntaxError('a name with escapes');
    this.add({ kind: 'word', text });
  }

  private readOperator(): void {
    const { sql } = this;
    let end = this.at;
    while (OPERATOR.test(sql.charAt(end)) && !sql.startsWith('--', end) && !sql.startsWith('/*', end)) end++;
    this.add({ kind: 'symbol', text: sql.slice(this.at, end) });
    this.at = end;
  }

  private readParameter(): boolean {
    if (this.dialect === 'postgres') {
      const found = this.match(POSTGRES_PARAMETER);
      if (found === undefined) return false;
      this.add({ kind: 'parameter', index: Number(found[1]) - 1 });
      return true;
    }
    const found = this.match(SQLITE_PARAMETER);
    if (found === undefined) return false;
    const [, number] = found;
    const index = number === undefined ? undefined : number === '' ? this.parameters : Number(number) - 1;
    if (index !== undefined) this.parameters = Math.max(this.parameters, index + 1);
    this.add({ kind: 'parameter', index });
    return true;
  }

  private readDollarQuote(): boolean {
    if (this.dialect !== 'postgres') return false;
    const quote = this.match(DOLLAR_QUOTE)?.[0];
    if (quote === undefined) return false;
    const end = this.sql.indexOf(quote, this.at);
    this.add({ kind: 'literal', value: this.sql.slice(this.at, end) });
    this.at = after(end, quote.length);
    return true;
  }

  /** Reads quoted text from its first quote to its last. A quote in the text is doubled. */
  private quoted(quote: string, hasEscapes = false): string {
    const { sql } = this;
    let text = '';
    for (let at = this.at + 1; at < sql.length; at++) {
      const char = sql.charAt(at);
      if (hasEscapes && char === '\\') text += sql.charAt(++at);
      else if (char !== quote) text += char;
      else if (quote !== ']' && sql.charAt(at + 1) === quote) text += sql.charAt(++at);
      else {
        this.at = at + 1;
        return text;
      }
    }
    throw new SyntaxError('a quote is not closed');
  }

  /** Skips a comment, and the comments in it: SQLite ends at the first end, so a nested comment is of unknown length there. */
  private skipComment(): void {
    const { sql } = this;
    const end = after(sql.indexOf('*/', this.at + 2), 2);
    if (sql.slice(this.at + 2, end).includes('/*')) throw new SyntaxError('a comment in a comment');
    this.at = end;
  }

  private begin(): void {
    this.at++;
    this.open.push([]);
  }

  private end(): void {
    this.at++;
    const nodes = this.open.pop() ?? [];
    if (this.open.length === 0) throw new SyntaxError('a parenthesis is not opened');
    this.add({ kind: 'group', nodes });
  }

  private add(node: Node): void {
    this.open.at(-1)?.push(node);
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.sql);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }
}

/** @param index the index of a text, or -1 if there is none. @throws SyntaxError if there is none, and no default */
function after(index: number, length: number, otherwise?: number): number {
  if (index !== -1) return index + length;
  if (otherwise === undefined) throw new SyntaxError('a quote or a comment is not closed');
  return otherwise;
}
