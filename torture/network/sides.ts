import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The address of the primary. The current primary takes it. */
export const SHARED_ADDRESS = '10.77.0.100';

/** A side of a splittable network: a network namespace of this machine. */
export interface Side {
  readonly name: string;
  readonly address: string;
  readonly device: string;
}

/** Returns the reason why this machine cannot split a network. @returns undefined if it can */
export function obstacleToSides(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has network namespaces';
  const name = `rcc-try-${process.pid}`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'pipe' });
    execFileSync('ip', ['netns', 'delete', name], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return `ip cannot create a network namespace (${message.trim().split('\n').at(-1)}); it needs root and iproute2`;
  }
}

/** Two sides and the link between them. */
export class Sides {
  private constructor(readonly all: readonly [Side, Side]) {}

  static async make(): Promise<Sides> {
    const side = (place: number): Side => ({
      name: `rcc-${process.pid}-${place}`,
      address: `10.77.0.${place + 1}`,
      // Linux allows at most 15 characters.
      device: `rcc${process.pid}v${place}`,
    });
    const sides = new Sides([side(0), side(1)]);
    const [one, other] = sides.all;
    for (const { name } of sides.all) await ip('netns', 'add', name);
    await ip('link', 'add', one.device, 'netns', one.name, 'type', 'veth', 'peer', 'name', other.device, 'netns', other.name);
    for (const { name, address, device } of sides.all) {
      await ip('-n', name, 'address', 'add', `${address}/24`, 'dev', device);
      await ip('-n', name, 'link', 'set', device, 'up');
      await ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    return sides;
  }

  /** Cuts the link between the sides. */
  async split(): Promise<void> {
    const [{ name, device }] = this.all;
    await ip('-n', name, 'link', 'set', device, 'down');
  }

  async heal(): Promise<void> {
    const [{ name, device }] = this.all;
    await ip('-n', name, 'link', 'set', device, 'up');
  }

  /** Adds the shared address to a side. */
  async addSharedAddress({ name }: Side): Promise<void> {
    await ip('-n', name, 'address', 'add', `${SHARED_ADDRESS}/32`, 'dev', 'lo');
  }

  /** Removes the shared address from a side. */
  async removeSharedAddress({ name }: Side): Promise<void> {
    await ip('-n', name, 'address', 'delete', `${SHARED_ADDRESS}/32`, 'dev', 'lo');
    // The hosts then ask again for the owner of the address.
    for (const side of this.all) await ip('-n', side.name, 'neigh', 'flush', 'all');
  }

  async remove(): Promise<void> {
    for (const { name } of this.all) await ip('netns', 'delete', name);
  }
}

/** Returns the command that runs a program on a side. */
export function commandOn({ name }: Side, program: string): readonly string[] {
  return ['ip', 'netns', 'exec', name, program];
}

async function ip(...args: string[]): Promise<void> {
  await run('ip', args);
}
