import { existsSync, readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { Server, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as library from '../../lib/index.js';
import { examplesIn, root, runModule } from '../support/examples.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const lines = readme.split('\n');
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  files: string[];
  scripts: Record<string, string>;
  repository?: unknown;
};

describe('the README', () => {
  it('has at most 250 lines, of at most 115 characters', () => {
    expect(lines.length).toBeLessThanOrEqual(250);
    expect(lines.filter(line => line.length > (line.startsWith('|') ? 110 : 115))).toEqual([]);
  });

  it('names only scripts that exist, npm test among them', () => {
    const named = Array.from(readme.matchAll(/npm (?:run )?(test|(?<=run )[\w:]+)/g), ([, script = '']) => script);
    expect(named).toContain('test');
    expect(named.filter(script => packageJson.scripts[script] === undefined)).toEqual([]);
  });

  it('has only links that the page of a registry can resolve: to other sites, and to its own headings', () => {
    expect(packageJson.repository).toBeUndefined();
    const anchors = lines.filter(line => line.startsWith('#')).map(anchorOf);
    const targets = Array.from(readme.matchAll(/\]\(([^)]+)\)/g), ([, target = '']) => target);
    expect(targets).not.toEqual([]);
    expect(targets.filter(target => !target.startsWith('https://') && !anchors.includes(target))).toEqual([]);
  });

  it('names each page of the docs, which the package contains', () => {
    expect(packageJson.files).toContain('docs');
    const named = Array.from(readme.matchAll(/docs\/[\w-]+\.md/g), ([page]) => page);
    expect(named.filter(page => !existsSync(join(root, page)))).toEqual([]);
    const pages = readdirSync(join(root, 'docs')).filter(file => file.endsWith('.md'));
    expect(pages.filter(page => !named.includes(`docs/${page}`))).toEqual([]);
  });
});

describe('the first example of the README', () => {
  const servers: Server[] = [];

  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(servers.splice(0).map(server => new Promise(resolve => server.close(resolve))));
    await library.cache.reset();
  });

  it('has at most 25 lines', () => {
    expect(examplesIn('README.md')[0]!.trim().split('\n').length).toBeLessThanOrEqual(25);
  });

  it('runs as pasted: the second request is a hit, and the request after a change is a miss', async () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the server below
    const { listen } = Server.prototype;
    const listening = new Promise<Server>(resolve => {
      jest.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, port?: unknown) {
        expect(port).toBe(3000);
        servers.push(this);
        // On a port that is free.
        return listen.call(this, 0, () => {
          resolve(this);
        });
      });
    });
    runModule(examplesIn('README.md')[0]!, { 'routing-controllers-cache': library });
    const { port } = (await listening).address() as AddressInfo;

    const first = await send(port, 'GET', '/users/alice');
    const second = await send(port, 'GET', '/users/alice');
    expect([first.cacheStatus, second.cacheStatus]).toEqual([
      'routing-controllers-cache; fwd=miss',
      expect.stringMatching(/^routing-controllers-cache; hit; ttl=\d+$/),
    ]);
    expect(second.body).toBe(first.body);

    await send(port, 'PUT', '/users/alice/avatar', { avatar: 'dog.png' });
    const third = await send(port, 'GET', '/users/alice');
    expect(third).toEqual({ cacheStatus: 'routing-controllers-cache; fwd=miss', body: '{"name":"alice","avatar":"dog.png"}' });
  });
});

function anchorOf(heading: string): string {
  return `#${heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')}`;
}

function send(port: number, method: string, path: string, json?: object): Promise<{ cacheStatus: unknown; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' };
    const request = http.request({ port, method, path, headers, agent: false }, response => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => {
        resolve({ cacheStatus: response.headers['cache-status'], body });
      });
    });
    request.on('error', reject).end(json === undefined ? undefined : JSON.stringify(json));
  });
}
