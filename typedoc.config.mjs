import { readFileSync } from 'node:fs';
import { Converter, ReflectionKind, Renderer } from 'typedoc';

const { name, exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
/** The modules that users import, by the package's own list. */
const entryPoints = Object.values(exports)
  .map(target => target.default)
  .filter(file => file !== undefined)
  .map(file => file.replace('./dist/', file.includes('/store-contract/') ? '' : 'lib/').replace(/\.js$/, '.ts'));

/** Lets the anchor of a heading contain the text of its inline code, as on GitHub and on the registry's page. */
function nameHeadingsWithCode(parser) {
  parser.core.ruler.push('headings-with-code', ({ tokens, Token }) => {
    for (const [at, token] of tokens.entries()) {
      if (tokens[at - 1]?.type !== 'heading_open') continue;
      token.children = token.children.flatMap(child => {
        if (child.type !== 'code_inline') return child;
        const [open, text, close] = [new Token('html_inline', '', 0), new Token('text', '', 0), new Token('html_inline', '', 0)];
        open.content = '<code>';
        text.content = child.content;
        close.content = '</code>';
        return [open, text, close];
      });
    }
  });
}

const README = readFileSync(new URL('README.md', import.meta.url), 'utf8');
/** The list of pages in the README: titles of groups, and the pages of each. */
const GROUPS = README.split('\n## Documentation\n')[1]
  .split(/^- /m)
  .slice(1)
  .map(text => ({ title: text.split('\n')[0], pages: Array.from(text.matchAll(/`docs\/([^`]+)\.md`/g), ([, page]) => page) }));

/** Gives the navigation the groups of the README, the titles of the pages, and the names by which users import the modules. */
function nameNavigation(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const page of project.getReflectionsByKind(ReflectionKind.Document)) page.frontmatter.group = groupOf(page.name);
  });
  // The addresses of the pages come from the names before.
  app.renderer.on(Renderer.EVENT_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) module.name = importName(module.name);
    for (const page of project.getReflectionsByKind(ReflectionKind.Document)) page.name = titleOf(page);
  });
}

/** Returns the group of a page: that of the README, or the name of its folder. */
function groupOf(page) {
  const [folder, file] = page.split('/');
  if (file !== undefined) return `${folder[0].toUpperCase()}${folder.slice(1)}`;
  const group = GROUPS.find(({ pages }) => pages.includes(page));
  if (group === undefined) throw new Error(`The list of pages in the README has no docs/${page}.md.`);
  return group.title;
}

/** Returns `routing-controllers-cache/redis` for the module `lib/redis`. */
function importName(module) {
  const file = module === 'lib' ? 'index' : module.replace(/^lib\//, '');
  const built = [`./dist/${file}.js`, `./dist/${file}/index.js`];
  const [subpath] = Object.entries(exports).find(([, target]) => built.includes(target.default));
  return `${name}${subpath.slice(1)}`;
}

function titleOf(page) {
  const text = page.content.map(part => part.text).join('');
  return /^# (.*)$/m.exec(text)?.[1].replaceAll('`', '') ?? page.name;
}

/** The site: the README, the pages of `docs`, and the reference from the doc comments. */
export default {
  entryPoints,
  tsconfig: 'tsconfig.json',
  out: 'site',
  name: 'routing-controllers-cache',
  readme: 'README.md',
  projectDocuments: ['docs/**/*.md'],
  plugin: [nameNavigation],
  navigation: { includeGroups: true },
  groupOrder: [...GROUPS.map(({ title }) => title), 'Recipes', 'Modules', 'Functions', 'Variables', 'Classes', '*', 'Decisions'],
  searchInDocuments: true,
  excludePrivate: true,
  excludeInternal: true,
  disableSources: true,
  markdownItLoader: nameHeadingsWithCode,
  validation: { invalidPath: true, invalidLink: true, notExported: false, rewrittenLink: true },
};
