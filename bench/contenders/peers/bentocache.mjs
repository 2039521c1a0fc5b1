import 'reflect-metadata';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createExpressServer, Get, JsonController } from 'routing-controllers';
import { friends } from '../answer.mjs';
import { contend } from '../contend.mjs';
import { decorate } from '../decorate.mjs';

const bento = new BentoCache({
  default: 'memory',
  stores: { memory: bentostore().useL1Layer(memoryDriver({ maxSize: '64mb' })) },
});

class FriendsController {
  friends() {
    return bento.getOrSet({ key: 'friends', ttl: '1h', factory: () => friends() });
  }
}
JsonController()(FriendsController);
decorate(FriendsController, 'friends', Get('/friends'));

contend(createExpressServer({ controllers: [FriendsController] }));
