/** Loads a package of this folder. The packages are installed only for a run of a contender. */
export async function fromHere<Exports>(name: string): Promise<Exports> {
  return (await import(name)) as Exports;
}
