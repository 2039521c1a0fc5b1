import type { DataSource, EntityManager } from 'typeorm';
import { Body, Get, JsonController, Param, Put } from 'routing-controllers';
import { Cached } from '../../lib/index.js';
import type { Label, Post, User } from './shop.js';

/** A change of the shop. */
export type Operation =
  | { readonly kind: 'add-user'; readonly name: string }
  | {
      readonly kind: 'name-user' | 'remove-user' | 'soft-remove-user' | 'restore-user' | 'visit';
      readonly id: number;
      readonly name: string;
    }
  | { readonly kind: 'name-all-users' | 'add-post' | 'add-label' | 'name-label'; readonly name: string }
  | { readonly kind: 'give-post'; readonly id: number; readonly user: number }
  | { readonly kind: 'label-post'; readonly id: number };

/** Operations in one transaction. */
export interface Work {
  readonly operations: readonly Operation[];
  readonly end: 'commit' | 'rollback' | 'none';
}

class Rollback extends Error {}

/** Runs operations, each in a transaction of its own without an end. */
export async function perform(db: DataSource, { operations, end }: Work): Promise<void> {
  const all = async (manager: EntityManager) => {
    for (const operation of operations) await one(manager, operation);
    if (end === 'rollback') throw new Rollback();
  };
  if (end === 'none') return all(db.manager);
  await db.transaction(all).catch((error: unknown) => {
    if (!(error instanceof Rollback)) throw error;
  });
}

async function one(manager: EntityManager, operation: Operation): Promise<void> {
  const users = manager.getRepository<User>('user');
  const posts = manager.getRepository<Post>('post');
  const labels = manager.getRepository<Label>('label');
  switch (operation.kind) {
    case 'add-user':
      await users.insert({ name: operation.name });
      break;
    case 'name-user':
      await users.update(operation.id, { name: operation.name });
      break;
    case 'remove-user':
      await users.delete(operation.id);
      break;
    case 'soft-remove-user':
      await users.softDelete(operation.id);
      break;
    case 'restore-user':
      await users.restore(operation.id);
      break;
    case 'visit':
      await users.increment({ id: operation.id }, 'visits', 1);
      break;
    case 'name-all-users':
      await users.createQueryBuilder().update().set({ name: operation.name }).execute();
      break;
    case 'add-post':
      await posts.save({ title: operation.name, user: null, labels: [] });
      break;
    case 'give-post':
      if (await users.existsBy({ id: operation.user })) await posts.update(operation.id, { user: { id: operation.user } });
      break;
    case 'add-label':
      await labels.upsert({ code: 'new', text: operation.name }, ['code']);
      break;
    case 'name-label':
      await labels.update({ code: 'new' }, { text: operation.name });
      break;
    case 'label-post': {
      const [post, label] = [await posts.findOneBy({ id: operation.id }), await labels.findOneBy({ code: 'new' })];
      if (post !== null && label !== null) await posts.save({ ...post, labels: [label] });
    }
  }
}

/** The reads of the pages, by their paths. */
export const READS: Readonly<Record<string, (db: DataSource) => Promise<unknown>>> = {
  users: db => db.getRepository<User>('user').find({ order: { id: 'ASC' } }),
  'user-1': db => db.getRepository<User>('user').findOneBy({ id: 1 }),
  'user-2': db => db.getRepository<User>('user').findOneBy({ id: 2 }),
  'user-7': db => db.getRepository<User>('user').findOneBy({ id: 7 }),
  'user-1-with-posts': db => db.getRepository<User>('user').findOne({ where: { id: 1 }, relations: { posts: { labels: true } } }),
  posts: db => db.getRepository<Post>('post').find({ relations: { user: true }, order: { id: 'ASC' } }),
  'post-1': db => db.getRepository<Post>('post').findOne({ where: { id: 1 }, relations: { user: true, labels: true } }),
  labels: db => db.getRepository<Label>('label').find({ order: { code: 'ASC' } }),
  counts: async db => [
    await db.getRepository<User>('user').count(),
    await db.getRepository<Post>('post').countBy({ user: { id: 1 } }),
  ],
};

/** The pages of the shop, without one target. @param pause called after the reads of a page */
export function shopPages(db: DataSource, pause: () => Promise<void> = () => Promise.resolve()) {
  @JsonController()
  class ShopPages {
    @Get('/pages/:name')
    @Cached({ tags: 'derived', timeout: 0 })
    async page(@Param('name') name: string) {
      const data = await READS[name]!(db);
      await pause();
      return { data };
    }

    @Put('/work')
    async work(@Body() work: Work) {
      await perform(db, work);
      return {};
    }
  }
  return ShopPages;
}
