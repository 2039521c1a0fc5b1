require('reflect-metadata');
const express = require('express');
const { Get, JsonController, Param, Put, useExpressServer } = require('routing-controllers');
const { Cached, cache, InvalidatesCache } = require('routing-controllers-cache');
const { cacheInspector } = require('routing-controllers-cache/inspector');
const { RedisStore } = require('routing-controllers-cache/redis');

let runs = 0;

class GreetingsController {
  greet(name) {
    runs += 1;
    return { hello: name, runs };
  }

  change(name) {
    return { changed: name };
  }
}

// JavaScript has no syntax for decorators: they are called.
JsonController()(GreetingsController);
Get('/greetings/:name')(GreetingsController.prototype, 'greet');
Param('name')(GreetingsController.prototype, 'greet', 0);
Cached({ timeout: 60 })(GreetingsController.prototype, 'greet');
Put('/greetings/:name')(GreetingsController.prototype, 'change');
Param('name')(GreetingsController.prototype, 'change', 0);
InvalidatesCache('/greetings/:name')(GreetingsController.prototype, 'change');

cache.configure({ store: new RedisStore({ url: process.env.REDIS_URL }), keyPrefix: process.env.KEY_PREFIX, storeTimeout: 5 });
const app = express();
app.use('/cache', cacheInspector({ authorize: () => true }));
useExpressServer(app, { controllers: [GreetingsController] });
const server = app.listen(0, () => {
  console.log(`listening on ${server.address().port}`);
});
