import { join, parse } from 'node:path';
import { packageFolder } from '../../lib/inspector/package-folder.js';

const ROOT = join(__dirname, '../..');

describe('the folder of the package', () => {
  it.each(['lib/inspector', 'dist/inspector', 'demo/dist/lib/inspector', '.'])('is found from %s', place => {
    expect(packageFolder(join(ROOT, place))).toBe(ROOT);
  });

  it('is missed in words', () => {
    expect(() => packageFolder(parse(ROOT).root)).toThrow('in no folder of the package');
  });
});
