/** Returns JSON of this number of bytes, at least 25: a list of small objects, like the response of an application. */
export function bodyOf(bytes: number): string {
  const friends: object[] = [];
  let left = bytes - jsonOf(friends, '').length;
  for (let next = friendOf(0); left >= jsonLength(next); next = friendOf(friends.length)) {
    friends.push(next);
    left -= jsonLength(next);
  }
  return jsonOf(friends, '.'.repeat(Math.max(0, bytes - jsonOf(friends, '').length)));
}

function jsonOf(friends: readonly object[], note: string): string {
  return JSON.stringify({ friends, note });
}

/** Returns the bytes of a friend in the list, with its comma. */
function jsonLength(friend: object): number {
  return JSON.stringify(friend).length + 1;
}

function friendOf(index: number): object {
  const number = String(index).padStart(4, '0');
  return { name: `friend-${number}`, avatar: `/avatars/${number}.png`, shared: index % 40 };
}
