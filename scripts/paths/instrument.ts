import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** The global function that each instrumented function calls first, with the name of its file. */
export const RECORDER = '__recordCall';

const root = join(__dirname, '../..');

/** Compiles `lib` into the folder, and puts a call of the recorder at the start of each function. */
export function buildInstrumented(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'routing-controllers-cache', type: 'commonjs' }));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const dist = join(folder, 'dist');
  const { options, fileNames, errors } = parsedConfig(dist);
  if (errors.length > 0) throw new Error(ts.formatDiagnostics(errors, FORMAT));
  const program = ts.createProgram(fileNames, { ...options, declaration: false, sourceMap: false });
  const { emitSkipped } = program.emit(undefined, (file, text) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, instrumented(text, relative(dist, file)));
  });
  if (emitSkipped) throw new Error('TypeScript emits nothing for tsconfig.build.json.');
}

const FORMAT: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: name => name,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
};

function parsedConfig(outDir: string): ts.ParsedCommandLine {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.build.json'), name => ts.sys.readFile(name)) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, ts.sys, root, { outDir });
}

/** Returns the text of a file in which each function with a body records its call. */
export function instrumented(text: string, file: string): string {
  const insertions: { at: number; text: string }[] = [];
  const call = `${RECORDER}(${JSON.stringify(file)})`;
  const visit = (node: ts.Node): void => {
    const body = ts.isFunctionLike(node) && 'body' in node ? (node.body as ts.Node | undefined) : undefined;
    if (body !== undefined) {
      if (ts.isBlock(body)) insertions.push({ at: body.getStart() + 1, text: `${call};` });
      else insertions.push({ at: body.getStart(), text: `(${call}, ` }, { at: body.getEnd(), text: ')' });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS));
  // From the last to the first, so that the positions of the others stay as they are.
  return insertions
    .sort((a, b) => b.at - a.at)
    .reduce((written, { at, text: part }) => written.slice(0, at) + part + written.slice(at), text);
}
