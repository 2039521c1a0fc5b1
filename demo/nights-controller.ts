import { JsonController, Post } from 'routing-controllers';
import { Service } from 'typedi';
import { ChangesNothing } from '../lib/index.js';
import { NightlyAvatars } from './nightly-avatars.js';

/** Lets a visitor see at noon what happens at night. */
@Service()
@JsonController('/nights')
export class NightsController {
  constructor(private readonly avatars: NightlyAvatars) {}

  /** It changes nothing by itself: the job is a change. */
  @Post()
  @ChangesNothing()
  async pass(): Promise<{ readonly changed: number }> {
    return { changed: await this.avatars.run() };
  }
}
