// Writes the inspector's page into dist, as a module: bundlers find code, but no files beside it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const folder = new URL('../inspector-page/', import.meta.url);
const UPLOT = ['uplot/dist/uPlot.min.css', 'uplot/dist/uPlot.iife.min.js'];

const files = Object.fromEntries([
  ...readdirSync(folder).map(name => [name, readFileSync(new URL(name, folder), 'utf8')]),
  ...UPLOT.map(name => [name, readFileSync(require.resolve(name), 'utf8')]),
]);
const licence = readFileSync(require.resolve('uplot/LICENSE'), 'utf8').trim();

writeFileSync(
  new URL('../dist/inspector/page-source.js', import.meta.url),
  `"use strict";
/*! uPlot, https://github.com/leeoniya/uPlot
${licence.replaceAll('*/', '* /')}
*/
Object.defineProperty(exports, "__esModule", { value: true });
const FILES = ${JSON.stringify(files, undefined, 2)};
exports.pageSource = name => Buffer.from(FILES[name]);
`,
);
