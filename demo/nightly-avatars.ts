import { Inject, Service } from 'typedi';
import { cache } from '../lib/index.js';
import { AVATARS, Users, type UserService } from './users.js';

const HOUR_OF_DAY = 3;

/** A job that changes avatars each night, outside of all controllers. */
@Service()
export class NightlyAvatars {
  private nights = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(() => Users) protected readonly users: UserService) {}

  /** Changes avatars now. @returns the number of changed avatars */
  async run(): Promise<number> {
    return this.change(this.nights++);
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

  protected async change(night: number): Promise<number> {
    return cache.changing({ tags: AVATARS }, () => this.users.renewAvatars(night));
  }
}
