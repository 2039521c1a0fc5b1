import { Service } from 'typedi';
import { cache } from '../lib/index.js';
import { AVATARS, Users } from './users.js';

const HOUR_OF_DAY = 3;

/** A job that changes avatars each night, outside of all controllers. */
@Service()
export class NightlyAvatars {
  private nights = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly users: Users) {}

  /** Changes avatars now. @returns the number of changed avatars */
  async run(): Promise<number> {
    const night = this.nights++;
    return cache.changing({ tags: AVATARS }, () => this.users.renewAvatars(night));
  }

  /** Runs the job each night, until `stop`. */
  start(): void {
    const next = new Date();
    next.setHours(HOUR_OF_DAY, 0, 0, 0);
    if (next.getTime() <= Date.now()) next.setDate(next.getDate() + 1);
    this.timer = setTimeout(() => {
      this.run().catch(console.error);
      this.start();
    }, next.getTime() - Date.now());
    this.timer.unref();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
