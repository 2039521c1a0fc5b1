import 'reflect-metadata';
import { createExpressServer, Get, JsonController } from 'routing-controllers';
import { friends } from './answer.mjs';
import { contend } from './contend.mjs';
import { decorate } from './decorate.mjs';

class FriendsController {
  friends() {
    return friends();
  }
}
JsonController()(FriendsController);
decorate(FriendsController, 'friends', Get('/friends'));

contend(createExpressServer({ controllers: [FriendsController] }));
