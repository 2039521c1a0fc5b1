import { describeInBrowser } from './support/chromium.js';
import { expectAccessible, expectNoHorizontalOverflow } from './support/page-quality.js';

const address = (body: string): string =>
  `data:text/html,${encodeURIComponent(`<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1>${body}</main>`)}`;

describeInBrowser('the expectations of pages', open => {
  it('accepts a page with labels, and refuses an input without one', async () => {
    await expectAccessible(await open(address('<label>Name <input></label>')));
    await expect(open(address('<input>')).then(expectAccessible)).rejects.toThrow('label');
  });

  it('refuses a page that is wider than the window', async () => {
    const wide = address('<div style="width: 400px">wide</div>');
    await expectNoHorizontalOverflow(await open(wide, { width: 500 }));
    await expect(open(wide, { width: 360 }).then(expectNoHorizontalOverflow)).rejects.toThrow('Expected');
  });
});
