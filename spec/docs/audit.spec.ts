import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as globals from '@jest/globals';
import * as routingControllers from 'routing-controllers';
import * as library from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { blocksIn, root, runModule } from '../support/examples.js';

startAfresh();

const blocks = blocksIn('docs/audit.md');
const codeOf = (file: string): string => blocks.find(block => block.file === file)!.code;

/** Runs a file of the page, after the controller that it imports. */
function run(file: string, given: Readonly<Record<string, unknown>> = {}): void {
  const packages = { 'routing-controllers': routingControllers, 'routing-controllers-cache': library };
  const controller = runModule(codeOf('users-controller.ts'), packages);
  runModule(codeOf(file), { ...packages, ...given, './users-controller.js': controller });
}

describe('the page on the audit', () => {
  beforeEach(() => {
    routingControllers.getMetadataArgsStorage().reset();
  });

  it('has the findings of its example', () => {
    const print = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    run('audit.ts');
    const printed = print.mock.calls.map(([text]) => String(text)).join(' ');
    const shown = blocks.find(({ language }) => language === 'text')!.code;
    expect(printed.split(/\s+/)).toEqual(shown.trim().split(/\s+/));
  });

  it('has a test that fails with the findings', () => {
    const tests: (() => void)[] = [];
    run('audit.spec.ts', { '@jest/globals': { ...globals, it: (_title: string, test: () => void) => tests.push(test) } });
    expect(tests).toHaveLength(1);
    expect(tests[0]).toThrow(/TARGET_REACHES_NOTHING[^]*UsersController\.changeAvatar/);
  });

  it('has a row for just the codes of the audit', () => {
    const [page, source] = ['docs/audit.md', 'lib/audit/audit.ts'].map(file => readFileSync(join(root, file), 'utf8'));
    const rows = Array.from(page!.matchAll(/^\| `([A-Z_]+)`/gm), ([, code]) => code);
    const declared = Array.from(source!.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g), ([, code]) => code);
    expect(declared).toHaveLength(5);
    expect(rows.sort()).toEqual(declared.sort());
  });
});
