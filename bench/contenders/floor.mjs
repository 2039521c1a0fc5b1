import 'reflect-metadata';
import { createExpressServer, Get, JsonController, Res } from 'routing-controllers';
import { bytes } from './answer.mjs';
import { contend } from './contend.mjs';
import { decorate } from './decorate.mjs';
import { headers } from './headers.mjs';

/** The lowest cost behind routing-controllers: the method sends ready bytes. */
class FriendsController {
  friends(response) {
    response.set(headers);
    response.end(bytes);
    return response;
  }
}
JsonController()(FriendsController);
Res()(FriendsController.prototype, 'friends', 0);
decorate(FriendsController, 'friends', Get('/friends'));

contend(createExpressServer({ controllers: [FriendsController] }));
