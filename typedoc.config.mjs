import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
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

/** The site: the README, the pages of `docs`, and the reference from the doc comments. */
export default {
  entryPoints,
  tsconfig: 'tsconfig.json',
  out: 'site',
  name: 'routing-controllers-cache',
  readme: 'README.md',
  projectDocuments: ['docs/**/*.md'],
  searchInDocuments: true,
  excludePrivate: true,
  excludeInternal: true,
  disableSources: true,
  markdownItLoader: nameHeadingsWithCode,
  validation: { invalidPath: true, invalidLink: true, notExported: false, rewrittenLink: true },
};
