import 'reflect-metadata';
import { JsonController, Post } from 'routing-controllers';
import { InvalidatesCache } from 'routing-controllers-cache';

/** Controllers without a server and without a cached action. */
@JsonController('/orders')
export class OrdersController {
  @Post()
  @InvalidatesCache('/orders')
  add() {
    return {};
  }
}
