import { maskedUrl } from '../../lib/inspector/recent-activity.js';

describe('a URL of the newest requests', () => {
  it.each([
    ['/people/bob', '/people/bob'],
    ['/people?', '/people?…'],
    ['/people?token=s3cret&page=2', '/people?token=…&page=…'],
    ['/people?s3cret', '/people?…'],
    ['/people?a=s3cret=s3cret?s3cret', '/people?a=…'],
    ['/people?ids[]=s3cret&ids[]=s3cret', '/people?ids[]=…&ids[]=…'],
  ])('shows %s as %s', (url, shown) => {
    expect(maskedUrl(url)).toBe(shown);
  });
});
