import { randomBytes } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { Get, NotFoundError, Param } from 'routing-controllers';
import { startAfresh } from '../support/each.js';
import { clientView, Twins } from '../support/twins.js';

startAfresh();

const actions = (kept: MethodDecorator) => {
  class ArticlesController {
    @Get('/:title')
    @kept
    article(@Param('title') title: string) {
      if (title === 'none') throw new NotFoundError();
      return { title };
    }
  }
  return ArticlesController;
};

function nonce(_request: Request, response: Response, next: NextFunction) {
  response.locals.nonce = randomBytes(8).toString('hex');
  next();
}
const withNonce = helmet({
  contentSecurityPolicy: {
    directives: { scriptSrc: [(_request, response) => `'nonce-${String((response as unknown as Response).locals.nonce)}'`] },
  },
});

describe('behind helmet, a hit', () => {
  it.each([{}, { method: 'HEAD' }, { headers: { 'if-none-match': '*' } }])('answers %j as without a cache', async sent => {
    const twins = await Twins.behind([helmet()], actions);
    const { plain, miss, hit } = await twins.ask('/safety', sent);
    expect(plain.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
    expect(plain.headers).not.toHaveProperty('x-powered-by');
    expect([clientView(miss), clientView(hit)]).toEqual([clientView(plain), clientView(plain)]);
  });

  it('has a nonce of its own in its policy', async () => {
    const twins = await Twins.behind([nonce, withNonce], actions);
    const { plain, miss, hit } = await twins.ask('/nonces');
    const policies = [plain, miss, hit].map(({ headers }) => String(headers['content-security-policy']));
    for (const policy of policies) expect(policy).toMatch(/script-src 'nonce-[0-9a-f]{16}'/);
    expect(new Set(policies).size).toBe(3);
    expect(clientView(hit, 'content-security-policy')).toEqual(clientView(plain, 'content-security-policy'));
  });

  it('guards errors as without a cache', async () => {
    const twins = await Twins.behind([helmet()], actions);
    const [plain, miss] = [await twins.server.get('/plain/none'), await twins.server.get('/cached/none')];
    expect(miss.status).toBe(404);
    expect(clientView(miss, 'content-length', 'etag')).toMatchObject({
      headers: (clientView(plain, 'content-length', 'etag') as typeof plain).headers,
    });
  });
});
