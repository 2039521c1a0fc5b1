import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const DOCS = join(__dirname, '../../docs');

/** Writes markdown between the markers of a section of a page in docs: `<!-- bench:begin -->` and `<!-- bench:end -->`. */
export async function writeSection(name: string, markdown: string, file = 'performance.md'): Promise<void> {
  const path = join(DOCS, file);
  const page = await readFile(path, 'utf8');
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${path} has no ${begin} … ${end}`);
  const written = `${page.slice(0, from + begin.length)}\n\n${markdown}\n\n${page.slice(to)}`;
  await writeFile(path, await format(written, { ...(await resolveConfig(path)), parser: 'markdown' }));
  console.log(`written into ${path}`);
}
