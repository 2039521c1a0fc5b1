import './forgetful-controllers.js';

/** A program whose database is not there: it ends the process after it has loaded its classes. */
async function main(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve));
  throw new Error('There is no database.');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
