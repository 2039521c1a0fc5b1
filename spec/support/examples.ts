import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createRequire } from 'node:module';
import ts from 'typescript';

export const root = resolve(__dirname, '../..');

/** The package under the names in the imports of its users. */
const SUBPATHS = {
  '': 'index',
  '/redis': 'redis',
  '/memcached': 'memcached',
  '/keyv': 'keyv',
  '/prometheus': 'prometheus',
  '/inspector': 'inspector',
  '/opentelemetry': 'opentelemetry',
  '/typeorm': 'typeorm',
  '/openapi': 'openapi',
  '/testing': '../store-contract/index',
};
export const PACKAGE_PATHS = Object.fromEntries(
  Object.entries(SUBPATHS).map(([subpath, file]) => [`routing-controllers-cache${subpath}`, [join(root, 'lib', `${file}.ts`)]]),
);

/** A block of code in a page: "```ts server.ts" begins TypeScript for a file of that name. */
export interface Block {
  readonly language: string;
  /** Empty if the page names no file. */
  readonly file: string;
  readonly code: string;
}

/** All blocks of code of a page, in their order. */
export function blocksIn(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  return Array.from(text.matchAll(/^```(\w+)(?: +(\S+))?\n([\s\S]*?)^```$/gm), ([, language = '', file = '', code = '']) => ({
    language,
    file,
    code,
  }));
}

/** The TypeScript of a page. */
export function examplesIn(page: string): string[] {
  return blocksIn(page)
    .filter(({ language }) => language === 'ts')
    .map(({ code }) => code);
}

/** The example under a heading of a page. */
export function exampleUnder(page: string, heading: string): string {
  const [, section] = readFileSync(join(root, page), 'utf8').split(`\n## ${heading}\n`);
  const code = /^```ts(?: +\S+)?\n([\s\S]*?)^```$/m.exec(section?.split(/^## /m)[0] ?? '')?.[1];
  if (code === undefined) throw new Error(`${page} has no example under ${heading}.`);
  return code;
}

/** Runs a module written in TypeScript. @param given the modules that it may import */
export function runModule(code: string, given: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
  };
  const { outputText } = ts.transpileModule(code, { compilerOptions });
  const load = createRequire(__filename);
  const module = { exports: {} as Record<string, unknown> };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page's own code
  const run = new Function('module', 'exports', 'require', outputText) as (...args: unknown[]) => void;
  run(module, module.exports, (name: string) => given[name] ?? (load(name) as unknown));
  return module.exports;
}
