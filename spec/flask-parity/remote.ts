import { Body, JsonController, Param, Post } from 'routing-controllers';
import { TestServer } from '../support/server.js';

/** Calls a method of an object that lives behind a server: arguments and result go over the wire. */
export type Remote = <Result = unknown>(method: string, ...args: readonly unknown[]) => Promise<Result>;

/** Serves the methods of an object, a service or the cache itself, as the actions of an application use them. */
export async function remote(service: object): Promise<Remote> {
  @JsonController()
  class CallsController {
    @Post('/:method')
    async call(@Param('method') method: string, @Body() args: unknown[]) {
      const called = (service as Record<string, (...args: unknown[]) => unknown>)[method]!;
      return { result: await called.apply(service, args) };
    }
  }

  const server = await TestServer.ofControllers([CallsController], { classTransformer: false, validation: false });
  return async <Result>(method: string, ...args: readonly unknown[]) => {
    const headers = { 'content-type': 'application/json' };
    const { status, text } = await server.send(`/${method}`, { method: 'POST', headers, body: JSON.stringify(args) });
    if (status !== 200) throw new Error(`${method} answers ${status}: ${text}`);
    return (JSON.parse(text) as { result: Result }).result;
  };
}

/** The bodies of what paths answer, asked for one after another. */
export async function textsOf(server: TestServer, ...paths: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const path of paths) texts.push((await server.get(path)).text);
  return texts;
}
