import { cachedApp } from './cached-app.mjs';
import { contend } from './contend.mjs';

contend(cachedApp({}));
