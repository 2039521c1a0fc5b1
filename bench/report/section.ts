import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const PAGE = join(__dirname, '../../docs/performance.md');

/** Puts markdown between the markers of a section of docs/performance.md: `<!-- bench:begin -->` and `<!-- bench:end -->`. */
export async function writeSection(name: string, markdown: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${PAGE} has no ${begin} … ${end}`);
  const written = `${page.slice(0, from + begin.length)}\n\n${markdown}\n\n${page.slice(to)}`;
  await writeFile(PAGE, await format(written, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
  console.log(`written into ${PAGE}`);
}
