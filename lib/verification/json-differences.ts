/** The longest pointer. A difference below a longer one is reported at its parent. */
const MAX_POINTER = 300;

/**
 * Returns JSON pointers (RFC 6901) to the places at which two JSON values differ. The empty pointer is the whole value. The order of the
 * members of an object does not matter, the order of an array does.
 *
 * @param maxPointers the search ends after so many places
 */
export function jsonDifferences(some: unknown, other: unknown, maxPointers: number): string[] {
  const pointers: string[] = [];
  const compare = (one: unknown, another: unknown, pointer: string): void => {
    if (pointers.length >= maxPointers || one === another) return;
    if (!isContainer(one) || !isContainer(another) || Array.isArray(one) !== Array.isArray(another)) {
      pointers.push(pointer);
      return;
    }
    for (const name of new Set([...Object.keys(one), ...Object.keys(another)])) {
      const below = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const place = below.length > MAX_POINTER ? pointer : below;
      if (Object.hasOwn(one, name) && Object.hasOwn(another, name)) compare(one[name], another[name], place);
      else if (pointers.length < maxPointers) pointers.push(place);
    }
  };
  compare(some, other, '');
  return [...new Set(pointers)];
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
