import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import Database from 'libsql';

/** A Keyv adapter for a file of SQLite, like the published adapters. It uses the SQLite package of the demo. */
export class SqliteAdapter extends EventEmitter implements KeyvStoreAdapter {
  readonly opts = { dialect: 'sqlite' };
  declare namespace: string | undefined;
  private readonly db: Database.Database;

  constructor(file: string) {
    super();
    this.db = new Database(file);
    // Another process may be writing now. Later, concurrent operations fail, and stores must survive that.
    this.db.exec('PRAGMA busy_timeout = 5000');
    this.db.exec('CREATE TABLE IF NOT EXISTS keyv (key TEXT PRIMARY KEY, value TEXT NOT NULL)');
    this.db.exec('PRAGMA busy_timeout = 0');
  }

  get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    return this.run<StoredData<Value> | undefined>(() => this.valueAt(key) as StoredData<Value>);
  }

  getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    return this.run(() => keys.map(key => this.valueAt(key) as StoredData<Value>));
  }

  set(key: string, value: string): Promise<void> {
    return this.run(() => void this.db.prepare('INSERT OR REPLACE INTO keyv VALUES (?, ?)').run(key, value));
  }

  delete(key: string): Promise<boolean> {
    return this.run(() => this.db.prepare('DELETE FROM keyv WHERE key = ?').run(key).changes > 0);
  }

  clear(): Promise<void> {
    return this.run(() => void this.db.exec('DELETE FROM keyv'));
  }

  disconnect(): Promise<void> {
    return this.run(() => void this.db.close());
  }

  /** Uses `all` for one row, because `get` of libsql adds its own field to the row. */
  private valueAt(key: string): string | undefined {
    const [row] = this.db.prepare('SELECT value FROM keyv WHERE key = ?').all(key) as { value: string }[];
    return row?.value;
  }

  private run<Result>(operation: () => Result): Promise<Result> {
    return new Promise(resolve => resolve(operation()));
  }
}
