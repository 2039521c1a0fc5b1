import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './support/examples.js';
import { filesUnder } from './support/paths.js';

/** Folders whose programs run on each system. The checks in `.ci` need Debian, but start programs in the same way. */
const FOLDERS = ['scripts', 'demo', 'bench', 'torture', 'conformance', 'test-servers', 'spec', '.ci'];

/** The commands of `docs/getting-started.md` are those of a shell, so the check of that page runs them in one. */
const SHELLS_OF_A_PAGE = '.ci/getting-started.mjs';

/** Characters and words that only some shells read: chains, pipes, variables, substitutions, globs, and quotes other than `"`. */
const SHELL_SYNTAX = /[&|;<>$`'*?()]|^\w+=|(?:^|\s)(?:exec|rm|cp|mv|mkdir|cat|export|sh|bash)(?:\s|$)/;

/** Starts of a shell, or of a program that is a script of a shell on Windows. */
const SHELL_STARTS = [
  /\b(?:spawn|spawnSync|execFile|execFileSync|run|Program|promisify\(execFile\))\)?\(\s*'(?:npm|npx|sh|bash|rm|cp|mv|mkdir|cat)'/,
  /import \{[^}]*\b(?:exec|execSync)\b[^}]*\} from 'node:child_process'/,
  /\bshell: /,
  /node_modules\/\.bin/,
];

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const programs = FOLDERS.flatMap(folder => filesUnder(join(root, folder)).map(path => `${folder}/${path}`)).filter(
  path => /\.(?:m?ts|m?js)$/.test(path) && !/\/(?:node_modules|dist)\//.test(path),
);

function startsShell(text: string): boolean {
  return SHELL_STARTS.some(pattern => pattern.test(text));
}

describe('the scripts of the package', () => {
  it.each(Object.entries(scripts))('have no syntax of a shell: %s', (_, command) => {
    expect(command).not.toMatch(SHELL_SYNTAX);
  });

  it.each(Object.entries(scripts))('run node, npm or an installed program: %s', (_, command) => {
    const [program = ''] = command.split(' ');
    expect(['node', 'npm'].includes(program) || existsSync(join(root, 'node_modules/.bin', program))).toBe(true);
  });

  it.each(['a && b', 'exec node a.js', 'CI=1 jest', "prettier '**/*.ts'", 'rm -rf dist', 'node a.js > out'])(
    'would not pass with %s',
    command => {
      expect(command).toMatch(SHELL_SYNTAX);
    },
  );
});

describe('the programs of the project', () => {
  it('are found', () => {
    expect(programs.length).toBeGreaterThan(400);
  });

  it('start no shell, and npm without one', () => {
    const own = 'spec/package-scripts.spec.ts';
    const starting = programs.filter(path => path !== own && startsShell(readFileSync(join(root, path), 'utf8')));
    expect(starting).toEqual([SHELLS_OF_A_PAGE]);
  });

  it.each([
    "spawnSync('npm', ['ci'])",
    "new Program('bash', ['-c', text])",
    "import { exec } from 'node:child_process'",
    'spawn(command, { shell: true })',
  ])('would not pass with %s', text => {
    expect(startsShell(text)).toBe(true);
  });
});
