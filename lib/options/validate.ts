import { getMetadataStorage, ValidateBy, ValidateIf, validateSync } from 'class-validator';
import { formatValue } from '../errors/format-value.js';

/**
 * Declares the check of an option. The check skips an option that is `undefined`.
 *
 * @param holds returns true if the value is valid
 * @param expectation the text after "must be" in the error: `a number of seconds, 0 or more`
 * @param remedy the text after "Write" in the error: `timeout: 60 for a minute`
 */
export function Validate(holds: (value: unknown) => boolean, expectation: string, remedy: string): PropertyDecorator {
  const isGiven = ValidateIf((_, value) => value !== undefined);
  const check = ValidateBy({
    name: 'mustBe',
    validator: {
      validate: holds,
      defaultMessage: argument =>
        `${argument?.property} must be ${expectation}, got ${formatValue(argument?.value)}. Write ${remedy}.`,
    },
  });
  return (target, property) => {
    isGiven(target, property);
    check(target, property);
  };
}

/** Returns one sentence for each mistake: the option, its value, and the remedy. */
export function validationErrors(options: object): string[] {
  return validateSync(options, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false }).flatMap(
    ({ property, value, constraints = {} }) =>
      'whitelistValidation' in constraints
        ? [`there is no option ${property} (got ${formatValue(value)}). Write one of ${optionNames(options).join(', ')}.`]
        : Object.values(constraints),
  );
}

/** Returns the names of the options that a class and its superclasses declare. */
export function optionNames(options: object): string[] {
  const declared = getMetadataStorage().getTargetValidationMetadatas(options.constructor, '', false, false);
  return [...new Set(declared.map(({ propertyName }) => propertyName))];
}

export function isSeconds(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

export function isByteCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

export function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

export function isName(value: unknown): boolean {
  return typeof value === 'string' && /^[\x21-\x7e]{1,64}$/.test(value);
}
