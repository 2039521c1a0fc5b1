import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Stack frames to capture. The depth allows decorators that call decorators. */
const STACK_DEPTH = 30;

/**
 * Returns the source files in which a decorator was applied, nearest first. The files of enclosing decorators precede the file of
 * the class. The result omits files of packages, so that the compiler's helper that applies a decorator has no effect.
 *
 * @param called the function that the decorator calls
 */
export function decoratedFiles(called: (...args: never[]) => unknown): string[] {
  const [, ...frames] = framesAbove(called);
  const files: string[] = [];
  for (const frame of frames) {
    const file = frame.getFileName() ?? '';
    const isForeign = file === '' || file.startsWith('node:') || /[\\/]node_modules[\\/]/.test(file);
    // The next frame is the module that first loaded the class, which may be a different module in another process.
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

/** Identifies a source file by its package, its path in the package, and its content. The text is equal on every machine. */
export function sourceFileText(file: string): string {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  if (!isAbsolute(path)) return path;
  const { name, folder } = packageOf(dirname(path)) ?? { name: '', folder: dirname(path) };
  return JSON.stringify([name, relative(folder, path), contentOf(path)]);
}

/**
 * Returns the name of the package whose program this process runs. If there is no package, returns the file name of the program.
 */
export function programName(program = process.argv[1] ?? ''): string {
  return packageOf(dirname(program))?.name ?? basename(program);
}

function packageOf(folder: string): { readonly name: string; readonly folder: string } | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown };
    if (typeof name === 'string') return { name, folder };
  } catch {
    // If the folder has no valid package.json, the parent folder may have one.
  }
  return dirname(folder) === folder ? undefined : packageOf(dirname(folder));
}

function contentOf(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('base64url');
  } catch {
    // If this machine cannot read the file, the class source still identifies the class.
    return '';
  }
}
