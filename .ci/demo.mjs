import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { Program, runNpm } from './program.mjs';
import { expectHit, expectMiss, sendExpecting } from './requests.mjs';
import { CheckFailure } from './check-report.mjs';

const SECOND = 1000;
const FRIENDS = '/users/alice/friends';
const NEW_AVATAR = 'https://example.org/alice.png';

/** Starts the demo on an empty database, as a visitor does, and sends requests. */
export async function checkDemo(report, root, scratch) {
  await report.check('demo: npm run demo -- --help prints its arguments', async () => {
    const output = await runNpm(['run', 'demo', '--', '--help'], { cwd: root, seconds: 120 });
    if (!output.includes('npm run demo -- --redis ')) throw new CheckFailure('The help is missing.', output);
  });
  const demo = await report.check('demo: it starts', () => startDemo(root, join(scratch, 'demo.db')));
  const drive = (name, act) =>
    report.check(`demo: ${name}`, async () => {
      const { port, program } = demo();
      try {
        return await act(port, program);
      } catch (error) {
        throw new CheckFailure(error.message, `Of the demo:\n${program.output}`);
      }
    });

  const first = await drive('the first request for friends is a miss', port => expectMiss(port, FRIENDS));
  await drive('the second is a hit with a ttl and the same bytes', port => expectHit(port, FRIENDS, first()));
  const before = await drive("a friend's own friends are a miss, then a hit", async port => {
    const path = `/users/${JSON.parse(first().body.toString())[0].username}/friends`;
    const friends = await expectMiss(port, path);
    await expectHit(port, path, friends);
    return path;
  });
  const change = await drive('an avatar is changed', port =>
    sendExpecting(200, port, '/users/alice/avatar', { method: 'PUT', json: { url: NEW_AVATAR } }),
  );
  await drive('after the change the friends are a miss again', port => {
    change();
    return expectMiss(port, FRIENDS);
  });
  await drive("after the change a friend's own friends are a miss again and show the new avatar", async port => {
    const { body } = await expectMiss(port, before());
    if (!body.includes(NEW_AVATAR)) throw new CheckFailure('The response has the old avatar.', body.toString());
  });
  await drive('a bad limit is answered with 400', port => sendExpecting(400, port, '/users?limit=many'));
  await drive('an unknown user is answered with 404', port => sendExpecting(404, port, '/users/nobody-of-this-name/friends'));
  await drive('SIGTERM ends it with code 0', async (port, program) => {
    program.signal('SIGTERM');
    const { code, signal } = await program.endWithin(15 * SECOND);
    if (code !== 0) throw new CheckFailure(`Ended with ${signal ?? `code ${code}`}.`);
  });
}

async function startDemo(root, database) {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const program = new Program(process.execPath, ['scripts/start-demo.mjs'], {
      cwd: root,
      env: { PORT: String(port), DEMO_DATABASE: database },
    });
    if (await isReady(program)) return { port, program };
    program.kill();
    await program.ended;
    const isPortTaken = /\bin use\b/.test(program.output);
    if (!isPortTaken || tries === 3) throw new CheckFailure('The demo does not start.', program.output);
  }
}

/** True if the demo prints that it listens. A response on the port could come from another program. */
async function isReady(program) {
  for (let waited = 0; waited < 120 * SECOND && !program.hasEnded; waited += 100) {
    if (/^Listening on /m.test(program.output)) return true;
    await wait(100);
  }
  return false;
}
