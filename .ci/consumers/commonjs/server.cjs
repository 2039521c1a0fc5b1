require('reflect-metadata');
const express = require('express');
const { Get, JsonController, Param, Put, useExpressServer } = require('routing-controllers');
const { Cached, cache, InvalidatesCache } = require('routing-controllers-cache');

let runs = 0;

class GreetingsController {
  greet(name) {
    runs += 1;
    return { hello: name, runs };
  }

  change(name) {
    return { changed: name };
  }

  stats() {
    return cache.stats();
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
Get('/stats')(GreetingsController.prototype, 'stats');

// An app of the installed Express: createExpressServer uses the Express 4 that routing-controllers has.
const app = useExpressServer(express(), { controllers: [GreetingsController] });
const server = app.listen(0, () => {
  console.log(`listening on ${server.address().port}`);
});
