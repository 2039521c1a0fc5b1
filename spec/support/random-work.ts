import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { SeededRandom } from '../../store-contract/random.js';
import { LONE, randomEntities, type RandomEntity } from './random-schema.js';

/** The number of random pages. Two more pages read the table that no change touches. */
export const PAGES = 12;

/** The largest identifier. Few rows make it likely that a change and a read meet. */
const MAX_ID = 4;

/** Reads a page: the kind of the read, its entity and its row come from the seed. */
export async function readPage(db: DataSource, seed: number, page: number): Promise<unknown> {
  if (page >= PAGES) return page === PAGES ? db.getRepository(LONE).find() : db.getRepository(LONE).findOneBy({ id: 1 });
  const random = new SeededRandom(seed * 1000 + page);
  const entity = random.pick(randomEntities(seed));
  const rows = db.getRepository(entity.name);
  const id = idOf(random);
  const relations = Object.fromEntries(entity.relations.map(({ name }) => [name, true]));
  const first = entity.relations[0]?.name;
  const joined = () => {
    const builder = rows.createQueryBuilder('e').select('e.id', 'id').addSelect('e.value', 'value');
    return first === undefined ? builder : builder.leftJoin(`e.${first}`, 'r').addSelect('r.value', 'other');
  };
  const reads: [() => Promise<unknown>, ...(() => Promise<unknown>)[]] = [
    () => rows.findOneBy({ id }),
    () => rows.find(),
    () => rows.count(),
    () => rows.countBy({ value: id }),
    () => rows.findOne({ where: { id }, relations }),
    () => rows.find({ relations }),
    () => joined().getRawMany(),
    () => joined().where('e.id = :id', { id }).getRawMany(),
    () => rows.sum('value'),
    () =>
      rows
        .createQueryBuilder('e')
        .where(
          `e.id IN ${rows
            .createQueryBuilder('s')
            .select('s.id')
            .where('s.value > 1')
            .getQuery()
            .replace(/^(.*)$/s, '($1)')}`,
        )
        .getMany(),
    () => rows.createQueryBuilder('e').loadAllRelationIds().where('e.id = :id', { id }).getOne(),
  ];
  return sorted(await random.pick(reads)());
}

/** Runs random changes: some in a transaction with savepoints and rollbacks. A conflict with another process ends them. */
export async function doWork(db: DataSource, seed: number, workSeed: number): Promise<void> {
  const random = new SeededRandom(workSeed);
  const entities = randomEntities(seed);
  try {
    if (random.chance(0.3)) await change(db.manager, random, entities);
    else await db.transaction(manager => changes(manager, random, entities, 2));
  } catch (error) {
    if (!(error instanceof Rollback) && !isConflict(error)) throw error;
  }
}

class Rollback extends Error {}

type Entities = readonly [RandomEntity, ...RandomEntity[]];

async function changes(manager: EntityManager, random: SeededRandom, entities: Entities, depth: number): Promise<void> {
  for (let count = 1 + Math.floor(random.next() * 3); count > 0; count--) {
    if (depth > 0 && random.chance(0.3)) {
      await manager
        .transaction(inner => changes(inner, random, entities, depth - 1))
        .catch((error: unknown) => {
          if (!(error instanceof Rollback)) throw error;
        });
    } else await change(manager, random, entities);
  }
  if (random.chance(0.3)) throw new Rollback();
}

async function change(manager: EntityManager, random: SeededRandom, entities: Entities): Promise<void> {
  const entity = random.pick(entities);
  const target: EntityTarget<ObjectLiteral> = entity.name;
  const [id, value] = [idOf(random), Math.floor(random.next() * 1000)];
  const relation = entity.relations.length === 0 ? undefined : random.pick(entity.relations as [(typeof entity.relations)[0]]);
  const other = idOf(random);
  const relate = async (): Promise<void> => {
    if (relation === undefined || relation.kind === 'one-to-many') return;
    const isThere = (await manager.existsBy(target, { id })) && (await manager.existsBy(relation.target, { id: other }));
    if (!isThere) return;
    const builder = manager.createQueryBuilder().relation(target, relation.name).of(id);
    if (relation.kind === 'many-to-one') await builder.set(random.chance(0.8) ? other : null);
    else if (random.chance(0.5)) await builder.addAndRemove(other, other);
    else await builder.remove(other);
  };
  const kinds: [() => Promise<unknown>, ...(() => Promise<unknown>)[]] = [
    async () => (await manager.existsBy(target, { id })) || manager.insert(target, { id, value }),
    () => manager.save(target, { id, value }),
    () => manager.update(target, id, { value }),
    () => manager.update(target, { value: id }, { value }),
    () => manager.delete(target, id),
    () => manager.increment(target, { id }, 'value', 1),
    () => manager.upsert(target, { id, value }, ['id']),
    () => manager.createQueryBuilder().update(target).set({ value }).execute(),
    relate,
    relate,
  ];
  await random.pick(kinds)();
}

function idOf(random: SeededRandom): number {
  return 1 + Math.floor(random.next() * MAX_ID);
}

/** True if the database refused a change because of a change of another process. */
function isConflict(error: unknown): boolean {
  return /deadlock|duplicate key|foreign key|serialize|database is locked|SQL statements in progress|UNIQUE constraint/i.test(
    String(error),
  );
}

/** Orders the records of all lists: a query without an order may return them in any. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((one, two) => (JSON.stringify(one) < JSON.stringify(two) ? -1 : 1));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, sorted(part)]));
}
