/** Loads one of the packages that are installed beside this file, and only when a contender is asked for. */
export async function fromHere<Exports>(name: string): Promise<Exports> {
  return (await import(name)) as Exports;
}
