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

describe('the table of versions', () => {
  const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    peerDependencies: Record<string, string>;
  };
  const table = /<!-- matrix -->([\s\S]*)<!-- end of matrix -->/.exec(page)![1]!;
  const [head = [], , ...rows] = table
    .split('\n')
    .filter(line => line.startsWith('|'))
    .map(line => line.split('|').slice(1, -1))
    .map(cells => cells.map(cell => cell.trim()));

  it('has a row for each compiler and each kind of module', () => {
    const minors = rows.map(([name = '']) => name.replace(/^TypeScript (\d\.\d)\.\d$/, '$1'));
    const fives = Array.from({ length: 10 }, (_, minor) => `5.${minor}`);
    expect(minors).toEqual([...fives, '6.0', '7.0', 'JavaScript, CommonJS', 'JavaScript, ES modules']);
  });

  it.each(rows)('has no combination that fails: %s', (...row) => {
    expect(row.slice(1)).toEqual(head.slice(1).map(() => '20, 22, 24'));
  });

  it('has the versions of class-validator that peerDependencies admits', () => {
    const tried = new Set(head.slice(1).map(title => /^validator (\S+),/.exec(title)![1]!));
    const admitted = peerDependencies['class-validator']!.split(' || ').map(range => range.replace(/^\^(\d+\.\d+).*/, '$1'));
    expect([...tried]).toEqual(admitted);
  });

  it('has the oldest versions that peerDependencies admits', () => {
    const [host, validator] = ['routing-controllers', 'class-validator'].map(name =>
      peerDependencies[name]!.split(' ')[0]!.slice(1),
    );
    expect(table.replace(/\s+/g, ' ')).toContain(`routing-controllers ${host} and class-validator ${validator}, work too.`);
  });
});
