import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { filesUnder, slashed } from './support/paths.js';

const root = resolve(__dirname, '../lib');

const files = filesUnder(root);
const sources = files.map(file => ({ file, text: readFileSync(join(root, file), 'utf8') }));

/** Imports of one file of lib by another, those of types included. */
const imports = sources.flatMap(({ file, text }) =>
  Array.from(text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';/gm), ([, target = '']) => ({
    from: file,
    to: target.startsWith('.') ? slashed(relative(root, resolve(root, dirname(file), target.replace(/\.js$/, '.ts')))) : target,
  })),
);

/** From the entry points of the package down to what knows nothing of caches. */
const LEVELS = [
  ['.'],
  ['decorators', 'inspector', 'telemetry', 'openapi', 'cli', 'typeorm'],
  ['cache'],
  ['audit'],
  ['memoized'],
  ['values', 'explain', 'edge'],
  ['serving'],
  ['writes'],
  ['reads'],
  ['actions', 'runtime'],
  ['verification'],
  ['options'],
  ['stores'],
  ['events'],
  ['http'],
  ['keys'],
  ['classes'],
  ['errors', 'time'],
];

const folderOf = (file: string): string => dirname(file).split('/')[0]!;

describe('the house', () => {
  it('imports routing-controllers in one folder only', () => {
    const knowing = imports.filter(({ to }) => to === 'routing-controllers').map(({ from }) => dirname(from));
    expect(new Set(knowing)).toEqual(new Set(['actions']));
  });

  it('has nothing that imports the index', () => {
    expect(imports.filter(({ to }) => to === 'index.ts')).toEqual([]);
  });

  it('has no cycle of imports, those of types included', () => {
    const targets = new Map(files.map(file => [file, imports.filter(({ from }) => from === file).map(({ to }) => to)]));
    const cycleFrom = (file: string, path: readonly string[]): readonly string[] | undefined => {
      if (path.includes(file)) return [...path, file];
      for (const target of targets.get(file) ?? []) {
        const cycle = cycleFrom(target, [...path, file]);
        if (cycle !== undefined) return cycle;
      }
      return undefined;
    };
    expect(files.map(file => cycleFrom(file, [])).filter(cycle => cycle !== undefined)).toEqual([]);
  });

  it('has imports that go down only: a folder imports only folders below it', () => {
    const levelOf = (file: string): number => LEVELS.findIndex(level => level.includes(folderOf(file)));
    const own = imports.filter(({ to }) => files.includes(to));
    expect(files.filter(file => levelOf(file) === -1)).toEqual([]);
    const upwards = own.filter(({ from, to }) => folderOf(from) !== folderOf(to) && levelOf(from) >= levelOf(to));
    expect(upwards).toEqual([]);
  });

  it('has a store contract that imports only the public names of the package, and that lib does not import', () => {
    const contract = resolve(root, '../store-contract');
    const targets = filesUnder(contract)
      .filter(file => file.endsWith('.ts'))
      .flatMap(file => {
        const text = readFileSync(join(contract, file), 'utf8');
        const named = Array.from(text.matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';/gm), ([, target = '']) => target);
        return named.map(target => (target.startsWith('.') ? resolve(contract, dirname(file), target) : target));
      });
    const foreign = targets.filter(target => !target.startsWith(`${contract}${sep}`) && !target.startsWith('node:'));
    expect(new Set(foreign)).toEqual(new Set(['routing-controllers-cache']));
    expect(imports.filter(({ to }) => to.includes('store-contract'))).toEqual([]);
  });

  it('never writes to the console, and catches nothing in silence', () => {
    expect(sources.filter(({ text }) => /\bconsole\./.test(text)).map(({ file }) => file)).toEqual([]);
    expect(sources.filter(({ text }) => /catch\s*(\(\w+\))?\s*\{\s*\}/.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it('depends on the packages that it imports, and on no other', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, '../package.json'), 'utf8')) as Record<
      'dependencies' | 'peerDependencies',
      Record<string, string>
    >;
    const required = sources.flatMap(({ text }) =>
      Array.from(text.matchAll(/require\('([^.'][^']*)'\)/g), ([, name = '']) => name),
    );
    const packages = [...imports.map(({ to }) => to), ...required].filter(to => !to.endsWith('.ts') && !to.startsWith('node:'));
    const imported = new Set(packages.map(name => name.split('/', name.startsWith('@') ? 2 : 1).join('/')));
    expect([...imported].filter(name => !(name in dependencies || name in peerDependencies))).toEqual([]);
    expect(Object.keys(dependencies).filter(name => !imported.has(name))).toEqual([]);
  });

  it('has no file with more than 200 lines', () => {
    expect(sources.filter(({ text }) => text.split('\n').length > 200).map(({ file }) => file)).toEqual([]);
  });
});
