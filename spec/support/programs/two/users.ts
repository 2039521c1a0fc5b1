import { Get, JsonController, Param } from 'routing-controllers';
import { Cached, Memoized } from '../../../../lib/index.js';

const program = 'two';

class UserNames {
  @Memoized({ timeout: 60 })
  of(id: string) {
    return Promise.resolve(`${program} ${id}`);
  }
}

@JsonController('/users')
export class UsersController {
  @Get('/:id')
  @Cached({ timeout: 60 })
  get(@Param('id') id: string) {
    return { program, id };
  }

  @Get('/:id/name')
  async name(@Param('id') id: string) {
    return { name: await new UserNames().of(id) };
  }
}
