import express, { type Express } from 'express';
import { useContainer, useExpressServer } from 'routing-controllers';
import { Container } from 'typedi';
import { cache } from '../lib/index.js';
import type { Inspector } from '../lib/inspector.js';
import { demoCache } from './demo-cache.js';
import { demoPage } from './demo-page.js';
import { ErrorAnswer } from './error-answer.js';
import { RequestLog } from './request-log.js';
import { NightsController } from './nights-controller.js';
import type { RedisSettings } from './settings.js';
import { UnknownRoute } from './unknown-route.js';
import { UsersController } from './users-controller.js';
import { Users, type UserService } from './users.js';

/**
 * The app that shows these users.
 *
 * @param redis the store of the cache @default the simple store in this process
 * @param inspector the handler of `/cache` @default none
 * @param controllers the controllers @default those with hand-written targets
 */
export function createApp(
  users: UserService,
  redis?: RedisSettings,
  inspector?: Inspector,
  controllers: readonly (new (...args: never[]) => object)[] = [UsersController, NightsController],
): Express {
  Container.set(Users, users);
  useContainer(Container);
  cache.configure(demoCache(redis));
  const app = express();
  if (inspector) app.use('/cache', inspector);
  app.use(demoPage());
  return useExpressServer(app, {
    controllers: [...controllers],
    middlewares: [RequestLog, UnknownRoute, ErrorAnswer],
    defaultErrorHandler: false,
    validation: { whitelist: true },
  });
}
