import { ioredis6 } from '../support/redis-clients.js';
import { describeRedisDriver } from './redis-driver-suite.js';

describeRedisDriver(ioredis6);
