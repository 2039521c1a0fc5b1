// What webpack's own command does, which is a package of its own.
const path = require('node:path');
const process = require('node:process');
const webpack = require('webpack');

const config = {
  mode: 'production',
  target: 'node',
  entry: './server.cjs',
  output: { path: path.resolve('out/webpack'), filename: 'server.cjs' },
  // What routing-controllers needs only for what is not used here.
  externals: { cors: 'commonjs cors', '@koa/cors': 'commonjs @koa/cors' },
};

webpack(config, (error, stats) => {
  if (error) throw error;
  console.log(stats.toString({ colors: false }));
  process.exitCode = stats.hasErrors() ? 1 : 0;
});
