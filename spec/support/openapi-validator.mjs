import process from 'node:process';
import { Validator } from '@seriousme/openapi-schema-validator';

// A program, because the validator is a module of ESM, which Jest does not load. It reads documents, and writes the mistakes of each.
let text = '';
for await (const chunk of process.stdin) text += chunk;
const mistakes = [];
for (const document of JSON.parse(text)) {
  const { valid, errors } = await new Validator().validate(document);
  mistakes.push(valid ? [] : errors);
}
process.stdout.write(JSON.stringify(mistakes));
