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

/** Words that no title of a spec has, besides those of comments. */
const BANNED_IN_TITLES =
  /\b(tell|say|saying|hear|knows|knew|stand|brings?|whichever|afresh|those alone|all who|nobody|go on|a while|by itself|beside|beneath|pass(?:es)? by|keeps?|kept|meanwhile|one’s|leads? to|listen(?:s|ed|ing)?|for good|all the same|well again|comes? of|for want)\b/i;
/** A clause in place of a noun, in a title. */
const CLAUSE_IN_TITLES = /\b(what|whatever|whoever)\b|^who\b|\bone who\b/i;
/** The number of words that a title or a sentence has at most. */
const WORDS_AT_MOST = 20;

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

/** Returns the text of a string literal, with `…` for each inserted value. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
}

/** Returns the texts that `pick` finds at the nodes of a file. */
function textsIn(file: string, pick: (node: ts.Node, source: ts.SourceFile) => (string | undefined)[]): string[] {
  const texts: (string | undefined)[] = [];
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    texts.push(...pick(node, source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts.filter(text => text !== undefined);
}

const wordsOf = (text: string): number => text.split(/\s+/).filter(word => /\w|%/.test(word)).length;

/** Returns the texts of the string literals of a file that may be messages. */
function messagesIn(file: string): string[] {
  return textsIn(file, node => [textOf(node)]).filter(text => text.split(/\s+/).length >= WORDS_OF_A_MESSAGE);
}

/** Returns the titles of the specs of a file, of each function whose name begins with `describe`, of `it`, and of `check` of the store contract. */
function titlesIn(file: string): string[] {
  return textsIn(file, (node, source) =>
    ts.isCallExpression(node) && /^(?:describe\w*|it|check)\b/.test(node.expression.getText(source))
      ? node.arguments.map(textOf)
      : [],
  );
}

function isOddTitle(title: string): boolean {
  const isOdd = [BANNED, BANNED_IN_TITLES, CLAUSE_IN_TITLES].some(pattern => pattern.test(title));
  return isOdd || wordsOf(title) > WORDS_AT_MOST;
}

/** The pages whose prose a program writes, or whose parts between two marks it writes. */
const GENERATED = /<!-- (\w+):begin -->[\s\S]*?<!-- \1:end -->/g;

/** Returns the sentences of a page, without code, tables and the targets of links. */
function sentencesOf(page: string): string[] {
  const prose = page
    .replace(GENERATED, '')
    .replace(/^ *```[\s\S]*?^ *```$/gm, '')
    .replace(/^\s*\|.*$/gm, '')
    .replace(/(``?)(?:(?!\1)[^])*\1/g, 'code')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  const blocks = prose.split(/\n\s*\n|\n(?=\s*(?:[-*>]|\d+\.|#+)\s)|(?<=^#.*)\n/m);
  return blocks.flatMap(block => block.replace(/\s+/g, ' ').split(/(?<=[.!?:;][*_)”]*) /));
}

function isOddSentence(sentence: string): boolean {
  return [BANNED, BANNED_IN_TITLES].some(pattern => pattern.test(sentence)) || wordsOf(sentence) > WORDS_AT_MOST;
}

const PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'].concat(
  filesUnder('docs')
    .filter(name => extname(name) === '.md')
    .map(name => join('docs', name)),
);

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

  it.each([
    ['spec', 1700],
    ['store-contract', 60],
  ])('is the language of the titles in %s', (folder, fewest) => {
    const titles = filesIn(folder).flatMap(file => titlesIn(file).map(title => ({ file, title })));
    expect(titles.length).toBeGreaterThan(fewest);
    expect(titles.filter(({ title }) => isOddTitle(title))).toEqual([]);
  });

  it.each(PAGES)('is the language of %s, in short sentences', page => {
    const sentences = sentencesOf(readFileSync(page, 'utf8'));
    expect(sentences.length).toBeGreaterThan(3);
    expect(sentences.filter(isOddSentence)).toEqual([]);
  });

  it('recognises the sentences of a page', () => {
    const page =
      '# One: two\n\nThree `a. b`. **Four.** Five\nsix.\n\n```ts\n// tells\n```\n\n| tells | says |\n\n- Seven\n- [Eight](tells)\n';
    expect(sentencesOf(page).map(text => text.trim())).toEqual(
      expect.arrayContaining(['Three code.', '**Four.**', 'Five six.', '- Seven']),
    );
    expect(sentencesOf(page).filter(isOddSentence)).toEqual([]);
    expect(isOddSentence('The store keeps its entries.')).toBe(true);
    expect(isOddSentence('word '.repeat(WORDS_AT_MOST + 1))).toBe(true);
  });

  it('recognises the words in titles', () => {
    for (const title of ['tells the store', 'keeps its entries', 'what is stored', 'x '.repeat(WORDS_AT_MOST + 1)])
      expect([title, isOddTitle(title)]).toEqual([title, true]);
    expect(isOddTitle('stores the entry')).toBe(false);
  });

  it('recognises the words in comments, and not in code', () => {
    expect(BANNED.test(commentOf('  // The store is told again.'))).toBe(true);
    expect(CLAUSE.test(commentOf('/** What is stored. */'))).toBe(true);
    expect(BANNED.test(commentOf('  const told = anew;'))).toBe(false);
    expect(BANNED.test(commentOf('// The field `told` is absent.'))).toBe(false);
  });
});
