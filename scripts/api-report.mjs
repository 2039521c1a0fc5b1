import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

/**
 * Compares the public types of the package with the reports in `api/`, one for each entry point. A change of the public API is therefore
 * seen in each review. `--write` updates the reports.
 */
const { write } = parseArgs({ options: { write: { type: 'boolean', default: false } } }).values;
const root = fileURLToPath(new URL('..', import.meta.url));
const packageJson = join(root, 'package.json');
const { exports } = JSON.parse(readFileSync(packageJson, 'utf8'));

/** Returns true if the report is as it was, or has been written. */
function report(entry, types) {
  const name = entry === '.' ? 'index' : basename(entry);
  const extractorConfig = ExtractorConfig.prepare({
    packageJsonFullPath: packageJson,
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, types),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.json') },
      apiReport: {
        enabled: true,
        reportFolder: join(root, 'api'),
        reportTempFolder: join(root, 'node_modules', '.cache', 'api'),
        reportFileName: `${name}.api.md`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        extractorMessageReporting: { default: { logLevel: 'none' } },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
  const { apiReportChanged } = Extractor.invoke(extractorConfig, {
    localBuild: write,
    messageCallback: message => {
      message.handled = message.logLevel !== 'error';
    },
  });
  return write || !apiReportChanged;
}

const changed = Object.entries(exports)
  .filter(([, paths]) => paths.types !== undefined)
  .filter(([entry, { types }]) => !report(entry, types))
  .map(([entry]) => entry);
if (changed.length > 0) {
  console.error(`The public API differs from api/: ${changed.join(', ')}. If that is intended, run: npm run api -- --write`);
  process.exitCode = 1;
}
