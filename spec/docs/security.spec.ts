import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const spec = resolve(__dirname, '..');
const claims = Array.from(
  readFileSync(resolve(spec, '../docs/security.md'), 'utf8').matchAll(/`([\w/-]+\.spec\.ts) › ([^`]+)`/g),
  ([, file = '', title = '']) => ({ file, title }),
);

describe('the page on security', () => {
  it('makes claims', () => {
    expect(claims.length).toBeGreaterThan(25);
  });

  it.each(claims.map(({ file, title }) => [file, title] as const))('names a spec that is there: %s › %s', (file, title) => {
    const text = readFileSync(join(spec, file), 'utf8');
    // Of a title that ends in values (`with %s`), the part before them.
    for (const part of title.split(' › ')) {
      const fixed = text.includes(part) ? part : part.replace(/ [\w-]+$/, '');
      expect(text).toContain(fixed);
    }
  });
});
