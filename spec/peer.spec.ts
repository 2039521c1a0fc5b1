import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CacheConfigError } from '../lib/errors.js';
import { requirePeer } from '../lib/peer.js';

describe('a peer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'peer-'));

  afterAll(() => rmSync(folder, { recursive: true }));

  function packageOf(code: string): string {
    const file = join(folder, 'index.cjs');
    writeFileSync(file, code);
    return file;
  }

  it('is loaded when it is installed', () => {
    expect(requirePeer('memcache-client', 'routing-controllers-cache/memcached')).toHaveProperty('MemcacheClient');
    expect(requirePeer('keyv', 'routing-controllers-cache/keyv')).toHaveProperty('Keyv');
  });

  it('is asked for by name when it is not', () => {
    const need = () => requirePeer('no-such-client', 'routing-controllers-cache/memcached');
    expect(need).toThrow(CacheConfigError);
    expect(need).toThrow(
      'routing-controllers-cache/memcached needs the package no-such-client, which is not installed. Run: npm install no-such-client',
    );
  });

  it('is not taken for missing when it is broken', () => {
    const broken = packageOf(`require('no-such-part-of-it');`);
    expect(() => requirePeer(broken, 'here')).toThrow("Cannot find module 'no-such-part-of-it'");
    expect(() => requirePeer(broken, 'here')).not.toThrow(CacheConfigError);
  });
});
