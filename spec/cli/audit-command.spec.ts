import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Audit } from '../../lib/index.js';
import { root } from '../support/examples.js';

const PROGRAMS = join(root, 'spec/cli/programs');
const FORGETFUL = join(PROGRAMS, 'forgetful.ts');

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as its users do, in a process. @param lib the folder of the library that has the command */
function run(args: readonly string[], lib = join(root, 'lib')): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(lib, 'cli/main.ts'), ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 25_000,
  });
  return { status, stdout, stderr };
}

const audit = (program: string, ...options: string[]): Ended => run(['audit', join('spec/cli/programs', program), ...options]);

describe('the command audit', () => {
  it('prints the findings of a program that would run without an end, and exits with 1', () => {
    const { status, stdout } = audit('forgetful.ts');
    expect(stdout).toBe(`1 cached action, 0 memoized methods, 1 change, 2 findings.

CHANGE_UNDECLARED UsersController.change
  PUT /api/users/:name has no @InvalidatesCache, so that nothing is invalidated. Write @InvalidatesCache('/users/:name'), or @ChangesNothing() if it changes no cached data, or if the services that it calls declare their changes.

NEVER_INVALIDATED UsersController.show
  GET /api/users/:name is cached for 600 seconds, and no @InvalidatesCache reaches it. Write @InvalidatesCache('/users/:name') on the method that changes its data, a timeout of at most 60 seconds, or @ChangesNothing() if its data never changes.
`);
    expect(status).toBe(1);
  });

  it('prints the audit as JSON alone, because the output of the program goes to the error output', () => {
    const { status, stdout, stderr } = audit('forgetful.ts', '--json');
    const { actions, changes, findings } = JSON.parse(stdout) as Audit;
    expect(actions.map(({ name, route }) => [name, route])).toEqual([['UsersController.show', '/api/users/:name']]);
    expect(changes.map(({ name }) => name)).toEqual(['UsersController.change']);
    expect(findings).toHaveLength(2);
    expect(stderr).toBe(`started with 0 arguments, ${FORGETFUL}\n`);
    expect(status).toBe(1);
  });

  it('loads ECMAScript modules that await their server at the top level, and exits with 0 without findings', () => {
    const { status, stdout, stderr } = audit('clean.mts');
    expect([status, stdout, stderr]).toEqual([0, '1 cached action, 0 memoized methods, 0 changes, 0 findings.\n', '']);
  });

  it('needs no server, and reports a program without a cached action', () => {
    const { status, stdout } = audit('without-server.ts');
    expect([status, stdout]).toEqual([0, 'No cached action, 0 memoized methods, 1 change, 0 findings.\n']);
  });

  it('audits the loaded classes of a program that ends the process at its start', () => {
    const { status, stdout, stderr } = audit('ends-late.ts');
    expect(stdout).toContain('CHANGE_UNDECLARED CartsController.remove');
    expect(stderr).toContain('There is no database.');
    expect(stderr).toContain('The program has ended the process with exit code 1.');
    expect(status).toBe(1);
  });

  it('starts no worker of a program that is a cluster', () => {
    const { status, stdout, stderr } = audit('forking.ts');
    expect([status, stdout, stderr]).toEqual([0, 'No cached action, 0 memoized methods, 1 change, 0 findings.\n', '']);
  });

  it('finds the same if the program has a copy of the library of its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'copy-'));
    try {
      cpSync(join(root, 'lib'), join(folder, 'lib'), { recursive: true });
      cpSync(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'));
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
      expect(run(['audit', FORGETFUL], join(folder, 'lib')).stdout).toBe(audit('forgetful.ts').stdout);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    [
      'throws.ts',
      /^spec\/cli\/programs\/throws\.ts could not be loaded\. Give it the environment that it needs to start\.\n\nError: DATABASE_URL is missing\./,
    ],
    ['ends-early.ts', /could not be loaded\. .*\n\nThe program has ended the process with exit code 3\.\n$/],
    [
      'missing.ts',
      /^There is no module .*missing\.ts\. Build the program, and write the path of its JavaScript: dist\/app\.js\.\n$/,
    ],
    ['unrelated.ts', /unrelated\.ts does not load routing-controllers-cache\. Write the module that starts the server/],
    ['older.ts', /older\.ts loads a version of routing-controllers-cache without the audit\. Install one version only/],
  ])('exits with 2 and a remedy where it cannot audit: %s', (program, expected) => {
    const { status, stdout, stderr } = audit(program);
    expect(stderr).toMatch(expected);
    expect([status, stdout]).toEqual([2, '']);
  });

  it.each([
    [[], 'There is no command.'],
    [['audti', 'dist/app.js'], 'There is no command "audti". Write audit.'],
    [['audit'], 'There is no module. Write the one that starts the server: audit dist/app.js.'],
    [['audit', 'one.js', 'two.js'], 'There is more than one module: one.js, two.js. Write one.'],
    [['audit', 'one.js', '--yaml'], "Unknown option '--yaml'"],
  ])('refuses %j with the usage', (args, mistake) => {
    const { status, stdout, stderr } = run(args);
    expect(stderr.startsWith(mistake)).toBe(true);
    expect(stderr).toContain('\n\nUsage: routing-controllers-cache audit <module> [--json]\n');
    expect([status, stdout]).toEqual([2, '']);
  });

  it('prints its usage on demand', () => {
    const { status, stdout } = run(['--help']);
    expect(stdout).toMatch(/^Usage: routing-controllers-cache audit/);
    expect(status).toBe(0);
  });
});
