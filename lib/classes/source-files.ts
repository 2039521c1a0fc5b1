import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Deep enough for decorators that call decorators. */
const STACK_DEPTH = 30;

/**
 * The source files in which a decorator was applied, nearest first: the class's own, after those of decorators that it was applied by.
 * Files of packages are left out, so that it does not count which compiler's helper applies a decorator.
 *
 * @param called by the decorator
 */
export function decoratedFiles(called: (...args: never[]) => unknown): string[] {
  const [, ...frames] = framesAbove(called);
  const files: string[] = [];
  for (const frame of frames) {
    const file = frame.getFileName() ?? '';
    const isForeign = file === '' || file.startsWith('node:') || /[\\/]node_modules[\\/]/.test(file);
    // Above the module that defines the class is the one that has loaded it first, which may be another in the next process.
    if (isForeign && files.length > 0) break;
    if (!isForeign && !files.includes(file)) files.push(file);
  }
  return files;
}

function framesAbove(called: (...args: never[]) => unknown): readonly NodeJS.CallSite[] {
  const { stackTraceLimit } = Error;
  const prepareStackTrace = Reflect.get<ErrorConstructor, 'prepareStackTrace'>(Error, 'prepareStackTrace');
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = STACK_DEPTH;
    Error.prepareStackTrace = (_error, frames) => frames;
    Error.captureStackTrace(holder, called);
    return holder.stack as readonly NodeJS.CallSite[];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Tells a source file from all others, alike on every machine on which a program runs: its package, its place in it, and its content. */
export function sourceFileText(file: string): string {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  if (!isAbsolute(path)) return path;
  const { name, folder } = packageOf(dirname(path)) ?? { name: '', folder: dirname(path) };
  return JSON.stringify([name, relative(folder, path), contentOf(path)]);
}

/** The name of the package whose program this process runs; else of the program. */
export function programName(program = process.argv[1] ?? ''): string {
  return packageOf(dirname(program))?.name ?? basename(program);
}

function packageOf(folder: string): { readonly name: string; readonly folder: string } | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown };
    if (typeof name === 'string') return { name, folder };
  } catch {
    // No package.json here, or one without a meaning: the folder above may have it.
  }
  return dirname(folder) === folder ? undefined : packageOf(dirname(folder));
}

function contentOf(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('base64url');
  } catch {
    // Not a file of this machine: the source of the class still counts.
    return '';
  }
}
