import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { filesUnder } from '../support/paths.js';
import { blocksIn, PACKAGE_PATHS, root } from '../support/examples.js';

/**
 * Every block of TypeScript in the README and the docs compiles as it stands, in an empty folder with the settings of the page on getting
 * started. The examples of doc comments are shorter: they compile after a preamble.
 */

const preamble = `
import 'reflect-metadata';
import { Authorized, Body, Controller, CurrentUser, Delete, Get, HeaderParam, JsonController, Param, Post, Put, QueryParam, QueryParams, Req, Res, createExpressServer } from 'routing-controllers';
import type { Response } from 'express';
import { cache, cacheControl, CacheConfig, CacheDefaults, Cached, ChangesNothing, InvalidatesCache, Memoized, NullStore, onCacheEvent, SimpleStore, type Action } from '${root}/lib/index.js';
import { KeyvStore } from '${root}/lib/keyv.js';
import { MemcachedStore } from '${root}/lib/memcached.js';
import { RedisStore } from '${root}/lib/redis.js';
import { cacheMetrics } from '${root}/lib/prometheus.js';
import { traceCache } from '${root}/lib/opentelemetry.js';
import { followEntities, table, tables } from '${root}/lib/typeorm.js';
import { DataSource } from 'typeorm';
import { createClient, createCluster, createSentinel } from 'redis';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import http from 'node:http';
declare const app: http.RequestListener;
declare const adapter: KeyvStoreAdapter;
declare const db: { [query: string]: (...args: unknown[]) => any };
declare const name: string;
declare const dataSource: DataSource;
declare const User: new () => object;
class Avatar { url!: string }
class Member { name!: string }
export {};
`;

interface Example {
  readonly title: string;
  readonly path: string;
  readonly code: string;
}

const EMPTY_FOLDER = join(root, 'spec/docs/empty-folder');
const MODULE = { path: join(EMPTY_FOLDER, 'package.json'), code: '{ "type": "module" }' };

const pages = ['README.md', ...list('docs', '.md')];
const pageExamples = pages.flatMap(examplesOfPage);
const commentExamples = [...list('lib', '.ts'), ...list('store-contract', '.ts')].flatMap(examplesOfComments);
const examples = [...pageExamples.filter(({ title }) => title !== ''), ...commentExamples];

function list(folder: string, ending: string): string[] {
  return filesUnder(join(root, folder))
    .filter(file => file.endsWith(ending))
    .map(file => `${folder}/${file}`);
}

/** Each block has a folder of its own, with the files that the page has named before. Those are checked once: there they have no title. */
function examplesOfPage(page: string): Example[] {
  const blocks = blocksIn(page).filter(({ language }) => language === 'ts');
  return blocks.flatMap(({ file, code }, index) => {
    const folder = join(EMPTY_FOLDER, page, String(index + 1));
    const title = `${page}, example ${index + 1}`;
    const earlier = new Map(blocks.slice(0, index).map(block => [block.file, block.code]));
    earlier.delete('');
    earlier.delete(file);
    return [
      { title, path: join(folder, file === '' ? 'example.ts' : file), code },
      ...Array.from(earlier, ([name, text]) => ({ title: '', path: join(folder, name), code: text })),
    ];
  });
}

function examplesOfComments(file: string): Example[] {
  const text = readFileSync(join(root, file), 'utf8');
  return Array.from(text.matchAll(/^ *\* ```ts\n([\s\S]*?)^ *\* ```$/gm), ([, comment = ''], index) => ({
    title: `${file}, example ${index + 1}`,
    path: join(root, 'spec', `${file.replaceAll('/', '-')}-${index}.ts`),
    code: completed(comment.replace(/^ *\* ?/gm, '')),
  }));
}

/** A method's example stands in a class, any other in a function that may await. */
function completed(code: string): string {
  if (/^import /m.test(code)) return code;
  const isMethod = /^\s*@(Get|Put|Post|Patch|Delete)\(/.test(code);
  const placed = isMethod ? `class Example { declare readonly users: typeof db;\n${code}\n}` : code;
  return `${preamble}\nasync function example() {\n${placed.replace(/^export /gm, '')}\n}\nvoid example;`;
}

/** What a reader writes into tsconfig.json. */
function settingsOfReaders(): ts.CompilerOptions {
  const block = blocksIn('docs/getting-started.md').find(({ file }) => file === 'tsconfig.json')!;
  const { compilerOptions } = JSON.parse(block.code) as { compilerOptions: object };
  return ts.convertCompilerOptionsFromJson(compilerOptions, EMPTY_FOLDER).options;
}

describe('every example', () => {
  const files = new Map([...pageExamples, ...commentExamples, MODULE].map(({ path, code }) => [path, code]));
  let diagnostics: readonly ts.Diagnostic[];

  beforeAll(() => {
    const options: ts.CompilerOptions = {
      ...settingsOfReaders(),
      outDir: undefined,
      noEmit: true,
      skipLibCheck: true,
      paths: PACKAGE_PATHS,
    };
    const host = ts.createCompilerHost(options);
    const fileExists = host.fileExists.bind(host);
    const readFile = host.readFile.bind(host);
    const getSourceFile = host.getSourceFile.bind(host);
    // The folders are not there, so nothing is looked up.
    host.directoryExists = undefined;
    host.fileExists = path => files.has(path) || fileExists(path);
    host.readFile = path => files.get(path) ?? readFile(path);
    host.getSourceFile = (path, target, ...rest) =>
      files.has(path) ? ts.createSourceFile(path, files.get(path)!, target) : getSourceFile(path, target, ...rest);
    const paths = [...files.keys()].filter(path => path.endsWith('.ts'));
    const program = ts.createProgram(paths, options, host);
    const checked = paths.map(path => program.getSourceFile(path)!);
    diagnostics = [
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...checked.flatMap(file => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
    ];
  }, 120_000);

  it('is found', () => {
    expect(examples.filter(({ title }) => title.startsWith('README')).length).toBeGreaterThan(3);
    expect(examples.filter(({ title }) => title.startsWith('docs')).length).toBeGreaterThan(10);
    expect(examples.filter(({ title }) => title.startsWith('lib')).length).toBeGreaterThan(3);
  });

  it('has settings that compile', () => {
    expect(diagnostics.filter(({ file }) => file === undefined).map(messageOf)).toEqual([]);
  });

  it.each(examples.map(({ title, path }) => [title, path] as const))('of %s compiles', (_title, path) => {
    expect(diagnostics.filter(({ file }) => file?.fileName === path).map(messageOf)).toEqual([]);
  });
});

function messageOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, '\n');
}
