import type { Express } from 'express';
import { createExpressServer, useContainer } from 'routing-controllers';
import { Container } from 'typedi';
import { cache } from '../lib/index.js';
import { demoCache } from './demo-cache.js';
import { ErrorAnswer } from './error-answer.js';
import { RequestLog } from './request-log.js';
import type { RedisSettings } from './settings.js';
import { UnknownRoute } from './unknown-route.js';
import { UsersController } from './users-controller.js';
import { Users } from './users.js';

/** The app that shows these users. @param redis where responses are kept. Default: the memory of this process */
export function createApp(users: Users, redis?: RedisSettings): Express {
  Container.set(Users, users);
  useContainer(Container);
  cache.configure(demoCache(redis));
  return createExpressServer({
    controllers: [UsersController],
    middlewares: [RequestLog, UnknownRoute, ErrorAnswer],
    defaultErrorHandler: false,
    validation: { whitelist: true },
  });
}
