import { SeededRandom } from '../store-contract/random.js';

/** The number of people, and of pairs of friends among them. */
export interface GraphSize {
  readonly users: number;
  readonly friendships: number;
}

/** Two people who are friends. */
export type Friendship = readonly [number, number];

const SEED = 20_240;
const MOST_FRIENDS = 500;
const FRIEND_OF_A_FRIEND = 0.7;

/**
 * Returns a social network, the same one each time. People join one after the other. They meet popular people, and then friends of
 * their friends (Holme and Kim's model). A few people have very many friends, most have few, and friends have friends in common.
 */
export function socialGraph(size: GraphSize): Friendship[] {
  const network = new Network(size.users);
  const eachJoinsWith = size.friendships / size.users / 2;
  for (let newcomer = 1; newcomer < size.users; newcomer++) network.join(newcomer, eachJoinsWith);
  while (network.friendships.length < size.friendships) network.meet(network.anyone());
  return network.friendships;
}

class Network {
  readonly friendships: Friendship[] = [];
  private readonly random = new SeededRandom(SEED);
  private readonly friends: number[][];
  private readonly pairs = new Set<number>();

  constructor(private readonly users: number) {
    this.friends = Array.from({ length: users }, () => []);
  }

  join(newcomer: number, average: number): void {
    const wanted = 1 + Math.floor(-Math.log(1 - this.random.next()) * average);
    this.befriend(newcomer, this.someonePopular(newcomer));
    for (let met = 1; met < wanted; met++) this.meet(newcomer);
  }

  /** Makes friends with a friend's friend, or with someone popular. */
  meet(person: number): void {
    const friend = this.oneOf(this.friends[person]!);
    const isIntroduced = friend !== undefined && this.random.next() < FRIEND_OF_A_FRIEND;
    const met = isIntroduced ? this.oneOf(this.friends[friend]!) : this.someonePopular(this.users);
    if (met !== undefined) this.befriend(person, met);
  }

  anyone(): number {
    return Math.floor(this.random.next() * this.users);
  }

  /** Returns one side of a random friendship. So people with more friends are more likely. */
  private someonePopular(before: number): number {
    const friendship = this.oneOf(this.friendships);
    return friendship?.[this.random.next() < 0.5 ? 0 : 1] ?? Math.floor(this.random.next() * before);
  }

  private befriend(one: number, other: number): void {
    const pair = Math.min(one, other) * this.users + Math.max(one, other);
    if (one === other || this.pairs.has(pair)) return;
    if (this.friends[one]!.length >= MOST_FRIENDS || this.friends[other]!.length >= MOST_FRIENDS) return;
    this.pairs.add(pair);
    this.friends[one]!.push(other);
    this.friends[other]!.push(one);
    this.friendships.push([one, other]);
  }

  private oneOf<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.random.next() * list.length)];
  }
}
