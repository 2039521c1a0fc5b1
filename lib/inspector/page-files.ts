import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import etag from 'etag';
import fresh from 'fresh';
import { packageFolder } from './package-folder.js';

/** Beside `lib` and `dist`: it is served as it is written. */
const FOLDER = join(packageFolder(), 'inspector-page');

interface PageFile {
  readonly path: string;
  readonly type: string;
}

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

const FILES: Readonly<Record<string, PageFile>> = {
  'index.html': { path: join(FOLDER, 'index.html'), type: 'text/html; charset=utf-8' },
  'icon.svg': { path: join(FOLDER, 'icon.svg'), type: 'image/svg+xml' },
  'page.css': { path: join(FOLDER, 'page.css'), type: STYLE },
  ...Object.fromEntries(
    ['page.js', 'actions.js', 'charts.js', 'past.js', 'rows.js', 'words.js'].map(name => [
      name,
      { path: join(FOLDER, name), type: SCRIPT },
    ]),
  ),
  // A dependency, with its licence: nothing of it is copied.
  'uplot.css': { path: require.resolve('uplot/dist/uPlot.min.css'), type: STYLE },
  'uplot.js': { path: require.resolve('uplot/dist/uPlot.iife.min.js'), type: SCRIPT },
};

/** Answers with a file of the page. @returns false where there is none of this name */
export function sendPageFile(request: IncomingMessage, response: ServerResponse, name: string): boolean {
  const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (file === undefined) return false;
  const body = readFileSync(file.path);
  const tag = etag(body);
  response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', 'no-cache');
  if (fresh(request.headers, { etag: tag })) response.writeHead(304).end();
  else response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': body.length }).end(body);
  return true;
}
