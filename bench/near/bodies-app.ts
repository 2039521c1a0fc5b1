import 'reflect-metadata';
import type { RequestListener } from 'node:http';
import { createExpressServer, Get, JsonController, Param, Put } from 'routing-controllers';
import { Cached, InvalidatesCache } from '../../lib/index.js';

/** Tags that a response of `taggedPath` brings. */
export const TAGS = 3;

@JsonController('/bodies')
class BodiesController {
  @Get('/:bytes/:name')
  @Cached({ timeout: 3600 })
  body(@Param('bytes') bytes: string, @Param('name') _name: string) {
    return bodyOf(Number(bytes));
  }

  @Get('/:bytes/:name/tagged')
  @Cached({ timeout: 3600, tags: ({ tags }: { tags: string[] }) => tags })
  tagged(@Param('bytes') bytes: string, @Param('name') name: string) {
    return { ...bodyOf(Number(bytes)), tags: tagsOf(name) };
  }

  @Put('/:bytes/:name')
  @InvalidatesCache('/bodies/:bytes/:name')
  change() {
    return {};
  }

  @Put('/:bytes/:name/tagged')
  @InvalidatesCache(({ args: [name] }) => ({ paths: '/bodies/:bytes/:name', tags: tagsOf(name as string)[0]! }))
  changeTagged(@Param('name') _name: string) {
    return {};
  }
}

export function bodiesApp(): RequestListener {
  return createExpressServer({ controllers: [BodiesController] }) as RequestListener;
}

export function bodyPath(bytes: number, name: string): string {
  return `/bodies/${bytes}/${name}`;
}

export function taggedPath(bytes: number, name: string): string {
  return `${bodyPath(bytes, name)}/tagged`;
}

export function tagsOf(name: string): string[] {
  return Array.from({ length: TAGS }, (_, index) => `${name}-${index}`);
}

/** So many bytes of JSON. */
function bodyOf(bytes: number): { text: string } {
  return { text: 'x'.repeat(bytes - '{"text":""}'.length) };
}
