import { JsonController, Post } from 'routing-controllers';
import { Service } from 'typedi';
import { ChangesNothing } from '../lib/index.js';
import { NightlyAvatars } from './nightly-avatars.js';

/** Runs the nightly job when a visitor asks for it. */
@Service()
@JsonController('/nights')
export class NightsController {
  constructor(private readonly avatars: NightlyAvatars) {}

  /** The method itself changes nothing. The job declares its change. */
  @Post()
  @ChangesNothing()
  async pass(): Promise<{ readonly changed: number }> {
    return { changed: await this.avatars.run() };
  }
}
