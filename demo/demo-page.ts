import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import express, { Router, type RequestHandler } from 'express';

/** The folder of the page, which is not compiled. From `demo/dist/demo` it is two folders up. */
const FOLDER = [join(__dirname, 'page'), join(__dirname, '../../page')].find(folder => existsSync(folder))!;

/** The packages that draw the avatars, in the browser. The import map of the page names them. */
const DRAWING = ['core', 'lorelei'];

/** Answers `GET /` with the page of the demo, and leaves all other requests to the app. */
export function demoPage(): RequestHandler {
  const headers = securityHeaders();
  const router = Router().use(express.static(FOLDER, { setHeaders: response => void response.set(headers) }));
  for (const name of DRAWING) {
    router.use(`/dicebear/${name}`, express.static(dirname(require.resolve(`@dicebear/${name}`))));
  }
  return router;
}

function securityHeaders(): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'sha256-${importMapHash()}'`,
    "style-src 'self'",
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
}

/** Browsers accept an import map only inside the page, where the policy has to allow its text (CSP3 §8.3). */
function importMapHash(): string {
  const page = readFileSync(join(FOLDER, 'index.html'), 'utf8');
  const [, importMap = ''] = /<script type="importmap">(.*?)<\/script>/s.exec(page) ?? [];
  return createHash('sha256').update(importMap).digest('base64');
}
