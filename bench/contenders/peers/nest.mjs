import 'reflect-metadata';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, Module, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { friends } from '../answer.mjs';
import { contend } from '../contend.mjs';
import { decorate } from '../decorate.mjs';

class FriendsController {
  friends() {
    return friends();
  }
}
decorate(FriendsController, 'friends', Get('friends'));
UseInterceptors(CacheInterceptor)(FriendsController);
Controller()(FriendsController);

class FriendsModule {}
Module({ imports: [CacheModule.register({ ttl: 3_600_000 })], controllers: [FriendsController] })(FriendsModule);

const app = await NestFactory.create(FriendsModule, { logger: ['error'] });
await app.init();
contend(app.getHttpAdapter().getInstance());
