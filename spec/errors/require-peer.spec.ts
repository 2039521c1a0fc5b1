import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CacheConfigError } from '../../lib/errors/cache-errors.js';
import { missingPeer } from '../../lib/errors/require-peer.js';

describe('a peer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'peer-'));

  afterAll(() => rmSync(folder, { recursive: true }));

  function packageOf(code: string): string {
    const file = join(folder, 'index.cjs');
    writeFileSync(file, code);
    return file;
  }

  function errorOf(name: string): unknown {
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- as those do that need a peer
      return require(name);
    } catch (error) {
      return missingPeer(name, 'routing-controllers-cache/memcached', error);
    }
  }

  it('is asked for by name when it is not installed', () => {
    const error = errorOf('no-such-client');
    expect(error).toBeInstanceOf(CacheConfigError);
    expect((error as Error).message).toContain(
      'routing-controllers-cache/memcached needs the package no-such-client, which is not installed. Run: npm install no-such-client',
    );
  });

  it('is not taken for missing when it is broken', () => {
    const error = errorOf(packageOf(`require('no-such-part-of-it');`));
    expect((error as Error).message).toContain("Cannot find module 'no-such-part-of-it'");
    expect(error).not.toBeInstanceOf(CacheConfigError);
  });
});
