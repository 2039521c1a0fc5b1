import 'reflect-metadata';
import { createExpressServer, Get, JsonController, QueryParam } from 'routing-controllers';
import { Cached } from 'routing-controllers-cache';
import { friends } from './answer.mjs';
import { decorate } from './decorate.mjs';

/** An application with two cached actions. The first is always a hit. The second is a miss for each new page. */
export function cachedApp(options) {
  class FriendsController {
    friends() {
      return friends();
    }

    page() {
      return friends();
    }
  }
  JsonController()(FriendsController);
  decorate(FriendsController, 'friends', Get('/friends'), Cached({ timeout: 3600, ...options }));
  QueryParam('page')(FriendsController.prototype, 'page', 0);
  decorate(FriendsController, 'page', Get('/friends/pages'), Cached({ timeout: 3600, ...options }));
  return createExpressServer({ controllers: [FriendsController] });
}
