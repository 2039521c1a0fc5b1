import { Get, JsonController, Param } from 'routing-controllers';
import { Cached } from '../../../../../lib/index.js';

const program = 'one, again';

@JsonController('/again')
export class UsersController {
  @Get('/:id')
  @Cached({ timeout: 60 })
  get(@Param('id') id: string) {
    return { program, id };
  }
}
