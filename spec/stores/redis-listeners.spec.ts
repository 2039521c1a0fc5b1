import { EventEmitter } from 'node:events';
import { driverOf } from '../../lib/stores/redis/driver-of.js';

/** A client that the application has connected, as far as a driver that is only opened and closed uses it. */
class OpenClient extends EventEmitter {
  readonly isOpen = true;
  readonly isReady = true;
  readonly destroy = jest.fn();
  readonly sendCommand = jest.fn();
  readonly connect = jest.fn();
}

describe('a client of the application', () => {
  it('is left as it was when the cache is closed, however often', async () => {
    const client = new OpenClient();
    client.on('error', () => undefined);
    const before = client.eventNames();
    for (let time = 0; time < 12; time++) {
      const driver = driverOf(client);
      driver.open(() => undefined);
      expect(client.listenerCount('error')).toBeGreaterThan(1);
      await driver.close();
    }
    expect(client.eventNames()).toEqual(before);
    expect(client.listenerCount('error')).toBe(1);
    expect(client.destroy).not.toHaveBeenCalled();
  });
});
