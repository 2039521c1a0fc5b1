import apicache from 'apicache';
import express from 'express';
import { friends } from '../answer.mjs';
import { contend } from '../contend.mjs';

const app = express();
app.get('/friends', apicache.middleware('1 hour'), (_request, response) => {
  response.json(friends());
});

contend(app);
