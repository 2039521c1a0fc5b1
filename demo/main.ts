import { randomUUID } from 'node:crypto';
import 'reflect-metadata';
import { Container } from 'typedi';
import { cache } from '../lib/index.js';
import { cacheInspector } from '../lib/inspector.js';
import { createApp } from './app.js';
import { HELP, readArguments } from './arguments.js';
import { DEMO_SIZE, openDatabase } from './database.js';
import { listen } from './listen.js';
import { NightlyAvatars } from './nightly-avatars.js';
import { readSettings, type RedisSettings } from './settings.js';
import { StartError } from './start-error.js';
import { createFollowedApp } from './typeorm/followed-app.js';
import { followDatabase } from './typeorm/followed-database.js';
import { Users } from './users.js';

async function main(): Promise<void> {
  const given = readArguments(process.argv.slice(2));
  if (given.help) {
    console.log(HELP);
    return;
  }
  const settings = readSettings(process.env, given);
  const db = openDatabase(settings.database, DEMO_SIZE, console.log);
  // The inspector answers this machine only. The demo prints the link when the port is known.
  const token = randomUUID();
  const inspector = cacheInspector({ token });
  const dataSource = given.typeorm ? await followDatabase(settings.database) : undefined;
  const app =
    dataSource === undefined
      ? createApp(new Users(db), settings.redis, inspector)
      : createFollowedApp(dataSource, settings.redis, inspector);
  const server = await listen(app, settings.port);
  const nightly = Container.get(NightlyAvatars);
  nightly.start();

  const shutDown = async (): Promise<void> => {
    nightly.stop();
    inspector.close();
    await server.stop();
    await cache.close();
    await dataSource?.destroy();
    db.close();
    console.log('Stopped.');
  };
  let stopping: Promise<void> | undefined;
  // If npm has started the demo, Ctrl-C reaches it twice: from the terminal and from npm.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void (stopping ??= shutDown()));
  if (dataSource !== undefined) console.log('TypeORM reads and changes the users. No code has a tag or a target.');
  console.log(`Responses are kept in ${placeOf(settings.redis)}.`);
  console.log(welcome(server.url, `${server.url}/cache/?token=${token}`));
}

/** Describes the store of the cache, without the password of a URL. */
function placeOf(redis: RedisSettings | undefined): string {
  if (redis === undefined) return 'the memory of this process';
  return `the Redis at ${new URL(redis.url).host}${redis.nearCache ? ', their bodies in this process too' : ''}`;
}

function welcome(url: string, inspectorLink: string): string {
  return [
    `Listening on ${url}. Open it in a browser: a page shows what the cache does with each click.`,
    `The cache inspector: ${inspectorLink}`,
    'Or try the first line twice, then the others, then the first again:',
    `  curl -s -o /dev/null -D - ${url}/users/alice/friends`,
    `  curl -X PUT -H 'Content-Type: application/json' -d '{"url":"https://example.org/alice.png"}' ${url}/users/alice/avatar`,
    `  curl -i '${url}/users?limit=3&offset=10'`,
    `  curl -X POST ${url}/nights`,
  ].join('\n');
}

main().catch((error: unknown) => {
  console.error(error instanceof StartError ? error.message : error);
  process.exitCode = 1;
});
