import { ioredis5 } from '../support/redis-clients.js';
import { describeRedisDriver } from './redis-driver-suite.js';

describeRedisDriver(ioredis5);
