import 'reflect-metadata';
import { Delete, JsonController } from 'routing-controllers';
import { cache } from 'routing-controllers-cache';

@JsonController('/carts')
export class CartsController {
  @Delete('/:id')
  remove() {
    return {};
  }
}
cache.configure({ defaultTimeout: 5 });
