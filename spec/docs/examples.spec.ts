import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { examplesIn, PACKAGE_PATHS, root } from '../support/examples.js';

/** Every example of the README, the docs and the doc comments of lib must compile against the library as it is. */

const preamble = `
import 'reflect-metadata';
import { Authorized, Body, Controller, CurrentUser, Delete, Get, HeaderParam, JsonController, Param, Post, Put, QueryParam, QueryParams, Req, Res, createExpressServer } from 'routing-controllers';
import type { Response } from 'express';
import { cache, cacheControl, CacheConfig, CacheDefaults, Cached, InvalidatesCache, Memoized, NullStore, onCacheEvent, SimpleStore, type Action } from '${root}/lib/index.js';
import { KeyvStore } from '${root}/lib/keyv.js';
import { MemcachedStore } from '${root}/lib/memcached.js';
import { RedisStore } from '${root}/lib/redis.js';
import { cacheMetrics } from '${root}/lib/prometheus.js';
import { traceCache } from '${root}/lib/opentelemetry.js';
import { createClient, createCluster, createSentinel } from 'redis';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import http from 'node:http';
declare const app: http.RequestListener;
declare const adapter: KeyvStoreAdapter;
declare const db: { [query: string]: (...args: unknown[]) => any };
declare const name: string;
class Avatar { url!: string }
class Member { name!: string }
export {};
`;

interface Example {
  readonly title: string;
  readonly code: string;
}

function examplesOf(file: string, blocks: RegExp, strip: RegExp): Example[] {
  const text = readFileSync(join(root, file), 'utf8');
  return Array.from(text.matchAll(blocks), (match, index) => ({
    title: `${file}, example ${index + 1}`,
    code: (match[1] ?? '').replace(strip, ''),
  }));
}

const markdown = ['README.md', ...list('docs', '.md')];
const examples = [
  ...markdown.flatMap(file => examplesOf(file, /^```ts\n([\s\S]*?)^```$/gm, /$^/g)),
  ...list('lib', '.ts').flatMap(file => examplesOf(file, /^ *\* ```ts\n([\s\S]*?)^ *\* ```$/gm, /^ *\* ?/gm)),
];

function list(folder: string, ending: string): string[] {
  return (readdirSync(join(root, folder), { recursive: true }) as string[])
    .filter(file => file.endsWith(ending))
    .map(file => join(folder, file));
}

/** A method's example stands in a class, any other in a function that may await. */
function completed(code: string): string {
  if (/^import /m.test(code)) return code;
  const isMethod = /^\s*@(Get|Put|Post|Patch|Delete)\(/.test(code);
  const placed = isMethod ? `class Example { declare readonly users: typeof db;\n${code}\n}` : code;
  return `${preamble}\nasync function example() {\n${placed.replace(/^export /gm, '')}\n}\nvoid example;`;
}

describe('every example', () => {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    types: ['node'],
    paths: PACKAGE_PATHS,
  };
  const files = new Map(examples.map(({ code }, index) => [join(root, 'spec', `example-${index}.ts`), completed(code)]));
  // What one example imports from another.
  files.set(join(root, 'spec/map-store.ts'), examplesIn('docs/writing-a-store.md')[0]!);
  files.set(join(root, 'spec/products.ts'), examplesIn('docs/recipes/testing.md')[0]!);
  let diagnostics: readonly ts.Diagnostic[];

  beforeAll(() => {
    const host = ts.createCompilerHost(options);
    const fileExists = host.fileExists.bind(host);
    const readFile = host.readFile.bind(host);
    const getSourceFile = host.getSourceFile.bind(host);
    host.fileExists = path => files.has(path) || fileExists(path);
    host.readFile = path => files.get(path) ?? readFile(path);
    host.getSourceFile = (path, ...rest) =>
      files.has(path) ? ts.createSourceFile(path, files.get(path)!, ts.ScriptTarget.ES2022) : getSourceFile(path, ...rest);
    const program = ts.createProgram([...files.keys()], options, host);
    diagnostics = ts.getPreEmitDiagnostics(program);
  }, 60_000);

  it('is found', () => {
    expect(examples.filter(({ title }) => title.startsWith('README')).length).toBeGreaterThan(3);
    expect(examples.filter(({ title }) => title.startsWith('lib')).length).toBeGreaterThan(3);
  });

  it.each(examples.map(({ title }, index) => [title, index] as const))('of %s compiles', (_title, index) => {
    const path = join(root, 'spec', `example-${index}.ts`);
    const complaints = diagnostics
      .filter(({ file }) => file?.fileName === path)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(complaints).toEqual([]);
  });

  it('of the README that comes first has at most 15 lines', () => {
    expect(examples[0]!.code.trim().split('\n').length).toBeLessThanOrEqual(15);
  });
});

describe('the tables of options in the README', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');

  it.each([
    ['lib/config/cached-options.ts', '## `@Cached(options?)`'],
    ['lib/config/cache-config.ts', '## Configuration'],
    ['lib/config/memoized-options.ts', '## `@Memoized(options?)`'],
  ])('name just the options of %s', (file, heading) => {
    const section = readme.slice(readme.indexOf(heading)).split(/^## /m)[1]!;
    const named = Array.from(section.matchAll(/^\| `(\w+)`/gm), ([, option]) => option);
    // Each option is declared below its check.
    const declared = Array.from(
      readFileSync(join(root, file), 'utf8').matchAll(/@MustBe\((?:.|\n)*?\n {2}(?:\/\/.*\n {2})?(?:readonly )?(\w+)\??[:= ]/g),
      ([, option]) => option,
    );
    expect(named.sort()).toEqual(declared.sort());
  });
});
