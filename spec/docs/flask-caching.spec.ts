import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/examples.js';

const pages = readdirSync(join(root, 'docs'))
  .filter(file => file.startsWith('migrating'))
  .map(file => readFileSync(join(root, 'docs', file), 'utf8'))
  .join('\n');
const section = /^## .*Flask-Caching$[\s\S]*?(?=^## |(?![\s\S]))/m.exec(pages)![0];
/** What each row says of Flask-Caching, in code. */
const named = Array.from(section.matchAll(/^\| ([^|]*`[^|]*) \|/gm), ([, cell = '']) =>
  Array.from(cell.matchAll(/`([^`]+)`/g), ([, code = '']) => code),
).flat();

const specs = readdirSync(join(root, 'spec/flask-parity'))
  .filter(file => file.endsWith('.spec.ts'))
  .map(file => `flask-parity/${file}`);
const titles = [...specs, 'options/environment.spec.ts'].flatMap(file => {
  const text = readFileSync(join(root, 'spec', file), 'utf8');
  const plain = Array.from(
    text.matchAll(/^ *(?:it|describe|describeWith)\((?:'[\w-]+', )?\s*(['"])(.*?)\1,/gm),
    ([, , title = '']) => title,
  );
  const inTables = Array.from(text.matchAll(/^ *\[\s*(['"])(.*?)\1,/gm), ([, , title = '']) => title);
  return [...plain, ...inTables];
});

describe('the tables for users of Flask-Caching', () => {
  it('are found', () => {
    expect(named.length).toBeGreaterThan(50);
    expect(titles.length).toBeGreaterThan(80);
  });

  it.each(named)('name nothing that no spec is about: %s', code => {
    expect(titles.filter(title => title.includes(code))).not.toEqual([]);
  });
});
