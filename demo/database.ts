import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { person } from './people.js';
import { socialGraph, type GraphSize } from './social-graph.js';
import { StartError } from './start-error.js';

export const DEMO_SIZE: GraphSize = { users: 20_000, friendships: 300_000 };

const SCHEMA = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE, name TEXT NOT NULL, avatar TEXT NOT NULL);
  CREATE TABLE friendships (user_id INTEGER NOT NULL, friend_id INTEGER NOT NULL, PRIMARY KEY (user_id, friend_id)) WITHOUT ROWID;
`;

/**
 * Opens the database in a file. Fills a new file.
 *
 * @param say called with a message before a new file is filled, which takes a moment
 * @throws StartError if the file is unusable
 */
export function openDatabase(path: string, size: GraphSize, say: (message: string) => void): Database.Database {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const db = new Database(path);
    if (!isFilled(db)) fillOnce(db, size, path, say);
    return db;
  } catch (error) {
    throw new StartError(`The database ${path} cannot be used: ${(error as Error).message}.`, { cause: error });
  }
}

/** Fills the database in one transaction. If the first start is interrupted, the file stays empty, and the next start fills it. */
function fillOnce(db: Database.Database, size: GraphSize, path: string, say: (message: string) => void): void {
  const fillAlone = db.transaction(() => {
    if (isFilled(db)) return;
    say(`Filling ${path}, once: ${size.users} users, ${size.friendships} friendships …`);
    fill(db, size);
  });
  fillAlone.exclusive();
}

function fill(db: Database.Database, size: GraphSize): void {
  db.exec(SCHEMA);
  const insertUser = db.prepare('INSERT INTO users VALUES (?, ?, ?, ?)');
  for (let id = 0; id < size.users; id++) {
    const { username, name, avatar } = person(id);
    insertUser.run(id, username, name, avatar);
  }
  const insertFriendship = db.prepare('INSERT INTO friendships VALUES (?, ?)');
  for (const [one, other] of socialGraph(size)) insertFriendship.run(one, other);
  // Each friendship has a row for both sides.
  db.exec('INSERT INTO friendships SELECT friend_id, user_id FROM friendships');
}

function isFilled(db: Database.Database): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'friendships'").all().length > 0;
}
