import 'reflect-metadata';
import { Cacheable } from '@type-cacheable/core';
import { useAdapter } from '@type-cacheable/lru-cache-adapter';
import { LRUCache } from 'lru-cache';
import { createExpressServer, Get, JsonController } from 'routing-controllers';
import { friends } from '../answer.mjs';
import { contend } from '../contend.mjs';
import { decorate } from '../decorate.mjs';

useAdapter(new LRUCache({ max: 1000 }));

class FriendsController {
  async friends() {
    return friends();
  }
}
JsonController()(FriendsController);
decorate(FriendsController, 'friends', Get('/friends'), Cacheable({ cacheKey: 'friends', ttlSeconds: 3600 }));

contend(createExpressServer({ controllers: [FriendsController] }));
