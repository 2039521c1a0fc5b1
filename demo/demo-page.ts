import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type RequestHandler } from 'express';

/** Beside this file, and not compiled: from `demo/dist/demo` it is two folders up. */
const FOLDER = [join(__dirname, 'page'), join(__dirname, '../../page')].find(folder => existsSync(folder))!;

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** Answers `GET /` with the page that shows what the cache does, and leaves all else to the app. */
export function demoPage(): RequestHandler {
  return express.static(FOLDER, { setHeaders: response => void response.set(HEADERS) });
}
