import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { Program, run } from './program.mjs';
import { CheckFailure } from './check-report.mjs';

const PAGE = 'docs/getting-started.md';
const PACKAGE = 'routing-controllers-cache';

/**
 * Follows the page from an empty folder: writes its files, runs its commands, and compares their output with the page. Two things
 * differ from the page: the package comes from the tarball, and the server has a free port.
 */
export async function checkGettingStarted(report, root, scratch, tarball) {
  await report.check('getting started: the page leads from an empty folder to a hit, as written', async () => {
    const folder = join(scratch, 'getting-started');
    await mkdir(folder);
    const port = await freePort();
    const steps = stepsOf(await readFile(join(root, PAGE), 'utf8'))
      .map(step => ({ ...step, text: step.text.replaceAll('3000', String(port)) }))
      .map(step => (step.language === 'sh' ? { ...step, text: withTarball(step.text, tarball()) } : step));
    await follow(steps, folder, port);
  });
}

/** Returns the blocks of code, with the word after the language: the name of a file, or `server`. */
function stepsOf(page) {
  const blocks = page.matchAll(/^```(\w+)(?: +(\S+))?\n([\s\S]*?)^```$/gm);
  const steps = Array.from(blocks, ([, language, label, text]) => ({ language, label, text }));
  // The blocks after the last command of this folder belong to a clone of the repository.
  return steps.filter(({ text }) => !text.includes('npm run demo'));
}

/** Returns the command with the tarball in place of the published package. */
function withTarball(command, tarball) {
  return command.replace(`npm install ${PACKAGE} `, `npm install ${tarball} `);
}

async function follow(steps, folder, port) {
  let server;
  let output = '';
  const seen = [];
  try {
    for (const { language, label, text } of steps) {
      if (language === 'text') {
        expectShown(text, output);
        seen.push(...statusesIn(output));
      } else if (language !== 'sh') {
        await writeFile(join(folder, label), text);
      } else if (label === 'server') {
        server = new Program('bash', ['-c', text], { cwd: folder });
        await isListening(server, port);
      } else {
        output = await run('bash', ['-euo', 'pipefail', '-c', text], { cwd: folder, seconds: 300 });
      }
    }
  } finally {
    server?.kill();
    await server?.ended;
  }
  // Without this check, a page without steps would pass.
  const outcomes = seen.map(status => /fwd=miss|hit/.exec(status)?.[0]).join();
  if (outcomes !== 'fwd=miss,hit,fwd=miss') throw new CheckFailure(`Expected a miss, a hit and a miss, got ${outcomes}.`);
}

/** Checks that each line of the page is a line of the output. Only the seconds of a lifetime may differ. */
function expectShown(shown, output) {
  const lines = output.split(/\r?\n/).map(withoutSeconds);
  const missing = shown
    .trim()
    .split('\n')
    .filter(line => !lines.includes(withoutSeconds(line)));
  if (missing.length > 0)
    throw new CheckFailure(`The page shows what the command does not print:\n${missing.join('\n')}`, output);
}

function withoutSeconds(line) {
  return line.replace(/ttl=\d+/, 'ttl=…');
}

function statusesIn(output) {
  return output.split(/\r?\n/).filter(line => line.startsWith('Cache-Status: '));
}

async function isListening(server, port) {
  for (let tries = 0; tries < 300 && !server.hasEnded; tries++) {
    const probe = new Program('curl', ['-s', '-o', '/dev/null', `http://localhost:${port}/`], {});
    if ((await probe.endWithin(10_000)).code === 0) return;
    await wait(100);
  }
  throw new CheckFailure('The server of the page does not answer.', server.output);
}
