require('reflect-metadata');
const nodeTest = require('node:test');
const { SimpleStore } = require('routing-controllers-cache');
const { describeStore } = require('routing-controllers-cache/testing');

Object.assign(globalThis, nodeTest);

describeStore('a store', ({ clock }) => new SimpleStore({ clock }));

// One that forgets to look at the time: it shows that the suite can fail here.
describeStore('a broken store', () => new SimpleStore({ clock: { now: () => 0 } }));
