import type { Express } from 'express';
import { Container } from 'typedi';
import type { DataSource } from 'typeorm';
import type { Inspector } from '../../lib/inspector.js';
import { createApp } from '../app.js';
import { NightlyAvatars } from '../nightly-avatars.js';
import { NightsController } from '../nights-controller.js';
import type { RedisSettings } from '../settings.js';
import { FollowedUsersController } from './followed-users-controller.js';
import { FollowedUsers } from './followed-users.js';

/** The nightly job without a target. */
class FollowedNights extends NightlyAvatars {
  protected override async change(night: number): Promise<number> {
    return this.users.renewAvatars(night);
  }
}

/** Returns the app of the demo without one target. @see createApp */
export function createFollowedApp(dataSource: DataSource, redis?: RedisSettings, inspector?: Inspector): Express {
  const users = new FollowedUsers(dataSource);
  Container.set(NightlyAvatars, new FollowedNights(users));
  return createApp(users, redis, inspector, [FollowedUsersController, NightsController]);
}
