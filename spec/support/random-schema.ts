import Libsql from 'libsql';
import * as typeorm from 'typeorm';
import { SeededRandom } from '../../store-contract/random.js';

/** A relation of an entity: to one entity with its inverse side, or to many over a junction table. */
interface Relation {
  readonly name: string;
  readonly kind: 'many-to-one' | 'one-to-many' | 'many-to-many';
  readonly target: string;
  readonly inverse?: string;
  readonly onDelete?: 'CASCADE' | 'SET NULL';
}

/** An entity of a random schema. Each has an identifier and a value. */
export interface RandomEntity {
  readonly name: string;
  readonly relations: Relation[];
}

/** The table that no random change touches. */
export const LONE = 'lone';

/** Returns entities with random relations, equal for equal seeds: to one, to many, junction tables and references to themselves. */
export function randomEntities(seed: number): readonly [RandomEntity, ...RandomEntity[]] {
  const random = new SeededRandom(seed);
  const entities: [RandomEntity, ...RandomEntity[]] = [{ name: 't0', relations: [] }];
  const count = 2 + Math.floor(random.next() * 3);
  for (let at = 1; at < count; at++) entities.push({ name: `t${at}`, relations: [] });
  for (const [at, entity] of entities.entries()) {
    for (let number = 0; number < 2; number++) {
      const target = random.pick(entities);
      const name = `${entity.name}_${number}`;
      if (random.chance(0.35)) {
        entity.relations.push({ name: `many_${name}`, kind: 'many-to-many', target: target.name });
        continue;
      }
      // A chain of references to later entities is possible too, so deletions cascade through several tables.
      const onDelete = random.chance(0.6) ? 'CASCADE' : 'SET NULL';
      entity.relations.push({
        name: `one_${name}`,
        kind: 'many-to-one',
        target: target.name,
        inverse: `of_${at}_${number}`,
        onDelete,
      });
      target.relations.push({ name: `of_${at}_${number}`, kind: 'one-to-many', target: entity.name, inverse: `one_${name}` });
    }
  }
  return entities;
}

/** Opens a database with the random schema of a seed. @param isNew true if the tables are created now */
export function randomDatabase(url: string, seed: number, isNew: boolean): typeorm.DataSource {
  const entities = [
    ...randomEntities(seed).map(schemaOf),
    new typeorm.EntitySchema({ name: LONE, columns: COLUMNS } as never),
  ] as typeorm.EntitySchema[];
  const common = { entities, synchronize: isNew, dropSchema: isNew };
  if (url.startsWith('postgres:')) return new typeorm.DataSource({ type: 'postgres', url, ...common });
  return new typeorm.DataSource({
    type: 'better-sqlite3',
    driver: Libsql,
    database: url,
    // Another process may write.
    prepareDatabase: connection => void (connection as { pragma(text: string): unknown }).pragma('busy_timeout = 2000'),
    ...common,
  });
}

const COLUMNS = { id: { type: Number, primary: true }, value: { type: Number, default: 0 } };

function schemaOf({ name, relations }: RandomEntity): typeorm.EntitySchema {
  const described = relations.map(({ name: relation, kind, target, inverse, onDelete }) => [
    relation,
    {
      type: kind,
      target,
      inverseSide: inverse,
      ...(kind === 'many-to-one' && { nullable: true, onDelete }),
      ...(kind === 'many-to-many' && { joinTable: { name: `j_${relation}` } }),
    },
  ]);
  return new typeorm.EntitySchema({ name, columns: COLUMNS, relations: Object.fromEntries(described) } as never);
}
