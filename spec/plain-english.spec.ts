import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import ts from 'typescript';
import { filesUnder } from './support/paths.js';

/** Folders whose comments use only the terms of the field. */
const FOLDERS = [
  'lib',
  'store-contract',
  'torture',
  'spec/support',
  'test-servers',
  'bench',
  'demo',
  'conformance',
  'scripts',
  '.ci',
  'inspector-page',
];

/** Words of the former private language of the project. In a comment they are always wrong. */
const BANNED =
  /\b(told|tells|telling|says|said|hears|heard|stands|stood|brought|whoever|lest|anew|of late|in vain|those who|who asks|somebody|goes on)\b/i;
/** A sentence that begins with a clause as its noun. */
const CLAUSE = /(^|[.:;] )(what|all that) (?!if\b)/i;

/** Words that no message of the library has: a value is a string, and a function returns it. */
const BANNED_IN_MESSAGES = /\b(stands|told|tells|anew|gives an?|gave|a text|hand in|is tried again|for want of)\b/i;
/** The number of words from which a string literal counts as a message. */
const WORDS_OF_A_MESSAGE = 4;

const COMMENT = /(?:^|\s)(?:\/\/|\/\*\*?|\*)\s(.*)$/;

function filesIn(folder: string): string[] {
  return filesUnder(folder)
    .filter(name => ['.ts', '.mjs', '.js'].includes(extname(name)) && !name.includes('node_modules') && !name.startsWith('dist'))
    .map(name => join(folder, name));
}

/** Returns the text of a comment without code. */
function commentOf(line: string): string {
  const [, text = ''] = COMMENT.exec(line) ?? [];
  return text.replace(/`[^`]*`/g, '').replace(/@(?:param|returns|throws)\s+(?:\w+\s+)?/, '');
}

function oddLines(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
    .filter(({ line }) => [BANNED, CLAUSE].some(pattern => pattern.test(commentOf(line))))
    .map(({ line, place }) => `${place}: ${line.trim()}`);
}

/** Returns the texts of the string literals of a file, with `…` for each inserted value. */
function messagesIn(file: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    else if (ts.isTemplateExpression(node))
      texts.push(node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join(''));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
  return texts.filter(text => text.split(/\s+/).length >= WORDS_OF_A_MESSAGE);
}

describe('plain English', () => {
  it('is the language of the messages in lib', () => {
    const messages = filesIn('lib').flatMap(file => messagesIn(file).map(text => `${file}: ${text}`));
    expect(messages.length).toBeGreaterThan(100);
    expect(messages.filter(text => BANNED_IN_MESSAGES.test(text))).toEqual([]);
  });

  it.each(FOLDERS)('is the language of the comments in %s', folder => {
    const files = filesIn(folder);
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap(oddLines)).toEqual([]);
  });

  it('recognises the words in comments, and not in code', () => {
    expect(BANNED.test(commentOf('  // The store is told again.'))).toBe(true);
    expect(CLAUSE.test(commentOf('/** What is stored. */'))).toBe(true);
    expect(BANNED.test(commentOf('  const told = anew;'))).toBe(false);
    expect(BANNED.test(commentOf('// The field `told` is absent.'))).toBe(false);
  });
});
