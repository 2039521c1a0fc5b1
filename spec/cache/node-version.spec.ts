const { versions } = process;
afterEach(() => Object.defineProperty(process, 'versions', { value: versions }));

/** Loads an entry of the package afresh, on a Node that says that it is of this version. */
function load(entry: string, node: string): void {
  Object.defineProperty(process, 'versions', { value: { ...versions, node } });
  jest.isolateModules(() => {
    jest.requireActual(entry === 'testing' ? '../../store-contract/index.js' : `../../lib/${entry}.js`);
  });
}

describe.each(['index', 'redis', 'memcached', 'keyv', 'prometheus', 'opentelemetry', 'inspector', 'openapi', 'testing'])(
  'the import of %s',
  entry => {
    it.each(['16.20.2', '18.20.4', '19.9.0'])('is refused on Node %s, in words', node => {
      expect(() => load(entry, node)).toThrow(
        `CACHE_USAGE_INVALID: routing-controllers-cache needs Node 20 or later, and this is Node ${node}. Run the program with a newer Node.`,
      );
    });
  },
);

describe('the import', () => {
  it.each(['20.0.0', '22.1.0', '100.0.0'])('works on Node %s', node => {
    expect(() => load('index', node)).not.toThrow();
  });
});
