import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
/** The modules that users import, by the package's own list. */
const entryPoints = Object.values(exports)
  .map(target => target.default)
  .filter(file => file !== undefined)
  .map(file => file.replace('./dist/', 'lib/').replace(/\.js$/, '.ts'));

/** The site: the README, the pages of `docs`, and the reference from the doc comments of `lib`. */
export default {
  entryPoints,
  tsconfig: 'tsconfig.build.json',
  out: 'site',
  name: 'routing-controllers-cache',
  readme: 'README.md',
  projectDocuments: ['docs/**/*.md'],
  searchInDocuments: true,
  excludePrivate: true,
  excludeInternal: true,
  disableSources: true,
  validation: { invalidPath: true, invalidLink: true, notExported: false, rewrittenLink: true },
};
