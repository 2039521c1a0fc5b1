import type { IncomingMessage, ServerResponse } from 'node:http';
import etag from 'etag';
import fresh from 'fresh';
import { pageSource } from './page-source.js';

interface PageFile {
  /** Where `pageSource` has it. */
  readonly source: string;
  readonly type: string;
}

const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

const FILES: Readonly<Record<string, PageFile>> = {
  'index.html': { source: 'index.html', type: 'text/html; charset=utf-8' },
  'icon.svg': { source: 'icon.svg', type: 'image/svg+xml' },
  'page.css': { source: 'page.css', type: STYLE },
  'audit.css': { source: 'audit.css', type: STYLE },
  ...Object.fromEntries(
    ['page.js', 'actions.js', 'audit.js', 'audit-lines.js', 'charts.js', 'past.js', 'rows.js', 'verified.js', 'words.js'].map(
      name => [name, { source: name, type: SCRIPT }],
    ),
  ),
  'uplot.css': { source: 'uplot/dist/uPlot.min.css', type: STYLE },
  'uplot.js': { source: 'uplot/dist/uPlot.iife.min.js', type: SCRIPT },
};

/** Answers with a file of the page. @returns false where there is none of this name */
export function sendPageFile(request: IncomingMessage, response: ServerResponse, name: string): boolean {
  const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (file === undefined) return false;
  const body = pageSource(file.source);
  const tag = etag(body);
  response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', 'no-cache');
  if (fresh(request.headers, { etag: tag })) response.writeHead(304).end();
  else response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': body.length }).end(body);
  return true;
}
