export interface Person {
  readonly username: string;
  readonly name: string;
  readonly avatar: string;
}

const FIRST_NAMES =
  'Alice Bob Carol David Emma Felix Grace Henry Ines Jack Karin Liam Maria Noah Olga Pedro Quinn Rosa Samuel Tara Umar Vera Walter Xenia Yusuf Zoe'.split(
    ' ',
  );

const LAST_NAMES =
  'Adams Berger Castro Dubois Eriksen Fischer Garcia Haddad Ivanov Jansen Kumar Lopez Moreau Novak Okafor Peters Quist Rossi Santos Tanaka'.split(
    ' ',
  );

/** Returns the name of the person with a number, counted from 0: alice, bob, …, zoe, alice2, bob2, … */
export function person(number: number): Person {
  const round = Math.floor(number / FIRST_NAMES.length);
  const first = FIRST_NAMES[number % FIRST_NAMES.length]!;
  const last = LAST_NAMES[(number + round) % LAST_NAMES.length]!;
  const username = `${first.toLowerCase()}${round === 0 ? '' : round + 1}`;
  return { username, name: `${first} ${last}`, avatar: `https://avatars.example.org/${username}.png` };
}
