import express from 'express';
import { bytes } from './answer.mjs';
import { contend } from './contend.mjs';
import { headers } from './headers.mjs';

const app = express();
app.get('/friends', (_request, response) => {
  response.set(headers);
  response.end(bytes);
});

contend(app);
