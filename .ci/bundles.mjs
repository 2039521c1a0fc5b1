import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { install, PEERS, portOf } from './consumers.mjs';
import { freePort } from './free-port.mjs';
import { checkInstalledPage } from './installed-page.mjs';
import { Program, runInstalled } from './program.mjs';
import { expectHit, expectMiss, sendExpecting } from './requests.mjs';
import { CheckFailure } from './check-report.mjs';

const SOURCE = fileURLToPath(new URL('consumers/bundled', import.meta.url));
/** Packages that routing-controllers needs only for features that this server does not use. */
const UNUSED = ['cors', '@koa/cors'];

/** The bundlers. Each bundles `server.cjs` into one file in a folder of `out`. */
const BUNDLERS = [
  {
    name: 'esbuild',
    command: 'esbuild',
    args: [
      'server.cjs',
      '--bundle',
      '--platform=node',
      ...UNUSED.map(name => `--external:${name}`),
      '--outfile=out/esbuild/server.cjs',
    ],
  },
  { name: 'webpack', command: 'node', args: ['webpack.cjs'] },
  {
    name: '@vercel/ncc',
    command: 'ncc',
    args: ['build', 'server.cjs', ...UNUSED.flatMap(name => ['-e', name]), '-o', 'out/@vercel/ncc'],
  },
];

/** Bundles a server with Redis and the inspector into one file, as users do, and runs the file in an empty folder. */
export async function checkBundles(report, root, scratch, tarball) {
  const project = join(scratch, 'bundled');
  const ready = await report.check('bundles: installs the tarball and the bundlers in an empty project', async () => {
    await cp(SOURCE, project, { recursive: true });
    await install(root, project, tarball(), [...PEERS, 'redis', ...BUNDLERS.map(({ name }) => name)]);
  });
  const redis = await report.check('bundles: Redis starts', startRedis);
  await checkInstalledPage(report, project, ready, redis);
  for (const bundler of BUNDLERS) {
    await report.check(
      `bundles: a server of ${bundler.name}, alone in a folder, gives a hit from Redis and the page`,
      async () => {
        ready();
        await runInstalled(project, bundler.command, bundler.args, { seconds: 180 });
        const folder = join(scratch, `alone-${bundler.name.replaceAll('/', '-')}`);
        await mkdir(folder);
        for (const file of await readdir(join(project, 'out', bundler.name))) {
          if (/\.c?js$/.test(file)) await cp(join(project, 'out', bundler.name, file), join(folder, file));
        }
        const [main] = (await readdir(folder)).filter(file => /^(server|index)\.c?js$/.test(file));
        await serve(folder, main, { REDIS_URL: redis().url, KEY_PREFIX: bundler.name });
      },
    );
  }
}

async function serve(folder, main, env) {
  const program = new Program('node', [main], { cwd: folder, env });
  try {
    const port = await portOf(program);
    const first = await expectMiss(port, '/greetings/ada');
    await expectHit(port, '/greetings/ada', first);
    await sendExpecting(200, port, '/greetings/ada', { method: 'PUT' });
    await expectMiss(port, '/greetings/ada');
    for (const [path, text] of [
      ['/cache/', '<!doctype html>'],
      ['/cache/page.js', 'EventSource'],
      ['/cache/uplot.js', 'uPlot'],
    ]) {
      const { body } = await sendExpecting(200, port, path);
      if (!body.toString().toLowerCase().includes(text.toLowerCase()))
        throw new CheckFailure(`${path} is not the page.`, body.toString());
    }
  } catch (error) {
    throw new CheckFailure(error.message, program.output);
  } finally {
    program.kill();
    await program.ended;
  }
}

async function startRedis() {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const program = new Program(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      {},
    );
    for (let looks = 0; looks < 300 && !program.hasEnded; looks++) {
      if (program.output.includes('Ready to accept connections')) return { url: `redis://127.0.0.1:${port}` };
      await wait(100);
    }
    program.kill();
    await program.ended;
    if (tries === 3) throw new CheckFailure('Redis did not start.', program.output);
  }
}
