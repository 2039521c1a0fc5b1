// Serves the built site of the docs until it is interrupted, and opens it in the browser of the system.
import { fileURLToPath } from 'node:url';
import express from 'express';
import open from 'open';

const site = fileURLToPath(new URL('../site', import.meta.url));
const server = express()
  .use(express.static(site))
  .listen(Number(process.env.PORT ?? 0), '127.0.0.1', async () => {
    const url = `http://127.0.0.1:${server.address().port}/`;
    console.log(`The docs: ${url} (Ctrl+C ends it)`);
    await open(url);
  });
