import 'reflect-metadata';
import { createExpressServer, Get, JsonController, QueryParam } from 'routing-controllers';
import { friends } from './answer.mjs';
import { contend } from './contend.mjs';
import { decorate } from './decorate.mjs';

class FriendsController {
  friends() {
    return friends();
  }

  page() {
    return friends();
  }
}
JsonController()(FriendsController);
decorate(FriendsController, 'friends', Get('/friends'));
QueryParam('page')(FriendsController.prototype, 'page', 0);
decorate(FriendsController, 'page', Get('/friends/pages'));

contend(createExpressServer({ controllers: [FriendsController] }));
