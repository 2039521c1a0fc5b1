import type { IncomingMessage } from 'node:http';
import { loopbackRefusal } from '../../lib/inspector/access.js';

function from(remoteAddress: string | undefined, host = 'localhost:3000'): string | undefined {
  return loopbackRefusal({ socket: { remoteAddress }, headers: { host } } as IncomingMessage);
}

describe('access without authorize', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('is granted to %s', address => {
    expect(from(address)).toBeUndefined();
  });

  it.each(['10.0.0.7', '192.168.1.2', '::ffff:10.0.0.7', '2001:db8::1', '127.0.0.1.evil', '1127.0.0.1', '', undefined])(
    'is refused to %s, with the remedy',
    address => {
      expect(from(address)).toContain('Pass cacheInspector({ authorize })');
    },
  );

  it.each(['localhost', 'app.localhost:80', '127.0.0.1:3000', '[::1]:3000'])('answers to the name %s', host => {
    expect(from('127.0.0.1', host)).toBeUndefined();
  });

  it.each(['localhost.evil.example', 'evil.example:3000', '127.0.0.1.evil.example', ''])('refuses the name %s', host => {
    expect(from('127.0.0.1', host)).toContain('requests for localhost only');
  });
});
