import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/examples.js';

const page = readFileSync(join(root, 'docs/compatibility.md'), 'utf8');
const proofs = [...new Set(Array.from(page.matchAll(/`((?:spec|\.ci)\/[\w./-]+)`/g), ([, path = '']) => path))];

describe('the page on compatibility', () => {
  it('names proofs', () => {
    expect(proofs.length).toBeGreaterThan(12);
  });

  it.each(proofs)('names a proof that exists: %s', path => {
    expect(existsSync(join(root, path))).toBe(true);
  });
});
