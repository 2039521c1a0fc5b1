import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CacheConfig } from '../../lib/index.js';
import { root } from '../support/examples.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const page = readFileSync(join(root, 'docs/options.md'), 'utf8');

/** Returns the part of a page from a text to the next heading of its level. */
function part(text: string, from: string, to = /^## /m): string {
  const start = text.indexOf(from);
  expect(start).toBeGreaterThanOrEqual(0);
  return text.slice(start + from.length).split(to)[0]!;
}

const CACHED = { file: 'lib/options/cached-options.ts', heading: '## `@Cached(options?)`' };
const MEMOIZED = { file: 'lib/options/memoized-options.ts', heading: '## `@Memoized(options?)`' };
const CONFIG = { file: 'lib/options/cache-config.ts', heading: '## Configuration' };

/** Returns the options that a file declares, each below its check. */
function declaredIn(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  return Array.from(
    source.matchAll(/@Validate\((?:.|\n)*?\n {2}(?:\/\/.*\n {2})?(?:readonly )?(\w+)\??[:= ]/g),
    ([, option = '']) => option,
  ).sort();
}

/** Returns the option and the default of each row of a table. */
function rowsOf(heading: string): [option: string, fallback: string][] {
  const table = part(page, heading).split(/^### /m)[0]!;
  return Array.from(table.matchAll(/^\| `(\w+)` .*\| (.*?) +\|$/gm), ([, option = '', fallback = '']) => [option, fallback]);
}

describe('the page on options', () => {
  it.each([CACHED, MEMOIZED, CONFIG])('has a row and a paragraph for just the options of $file', ({ file, heading }) => {
    const described = Array.from(part(page, heading).matchAll(/^- ((?:\*\*`\w+`\*\*(?:, )?)+):/gm), ([, names = '']) =>
      Array.from(names.matchAll(/\w+/g), ([name]) => name),
    ).flat();
    expect(
      rowsOf(heading)
        .map(([option]) => option)
        .sort(),
    ).toEqual(declaredIn(file));
    expect(described.sort()).toEqual(declaredIn(file));
  });

  it('has the defaults of the configuration', () => {
    const config = new CacheConfig();
    const literals = rowsOf(CONFIG.heading).filter(([, fallback]) => isLiteral(fallback));
    expect(literals.length).toBeGreaterThan(10);
    for (const [option, fallback] of literals) expect([option, valueOf(fallback)]).toEqual([option, Reflect.get(config, option)]);
  });

  it('has the defaults that the doc comments of @Cached name', () => {
    const source = readFileSync(join(root, CACHED.file), 'utf8');
    const literals = rowsOf(CACHED.heading).filter(([, fallback]) => isLiteral(fallback));
    expect(literals.length).toBe(5);
    for (const [option, fallback] of literals) {
      const above = source.slice(0, source.search(new RegExp(`^  readonly ${option}\\?`, 'm')));
      const named = Array.from(above.matchAll(/@default ([^\n]+)/g), ([, value = '']) => value).at(-1);
      expect([option, fallback]).toEqual([option, `\`${named}\``]);
    }
  });
});

describe('the options in the README', () => {
  it.each([
    { ...CACHED, list: part(part(readme, '## Options'), '`@Cached(options?)`', /^`cache\.configure/m) },
    { ...CONFIG, list: part(part(readme, '## Options'), '`cache.configure(options)`') },
  ])('are just those of $file, with the defaults of the page', ({ file, heading, list }) => {
    const items = Array.from(list.matchAll(/^- `(\w+)`: (.*)$/gm), ([, option = '', text = '']) => [option, text] as const);
    expect(items.map(([option]) => option).sort()).toEqual(declaredIn(file));
    for (const [option, fallback] of rowsOf(heading).filter(([, text]) => isLiteral(text))) {
      const [, text] = items.find(([name]) => name === option)!;
      expect(text).toContain(`Default: ${fallback}`);
    }
  });
});

/** True if the cell is a value in code, and neither a name nor a sentence. */
function isLiteral(cell: string): boolean {
  return /^`(?:'.*'|[\d.]+|true|false|\[.*\])`$/.test(cell);
}

function valueOf(cell: string): unknown {
  return JSON.parse(cell.slice(1, -1).replaceAll("'", '"'));
}
