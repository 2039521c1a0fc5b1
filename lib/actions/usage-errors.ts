import { getMetadataArgsStorage } from 'routing-controllers';
import { actionsOf, parametersOf, type ActionArgs } from './actions-of.js';
import { CacheDefaultRules } from '../options/cache-defaults-options.js';
import { CachedOptionRules } from '../options/cached-options.js';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';
import { optionMistakes } from '../options/option-mistakes.js';
import { formatValue } from '../errors/format-value.js';
import {
  InvalidationOptionRules,
  parseTarget,
  type InvalidationTarget,
  type RawTargets,
} from '../options/invalidation-target.js';
import {
  effectiveOptions,
  type InvalidationDecoration,
  type MethodDecorations,
  type DecoratorRegistry,
} from './decorator-registry.js';
import { edgeMistakes } from './edge-errors.js';
import { routeNames, tagMistake, wholePathMistake, writtenPrefixMistake } from './target-errors.js';

/** Returns every mistake in the use of the decorators on a controller and its base classes, one sentence each. */
export function usageMistakes(controller: Class, registry: DecoratorRegistry): string[] {
  const mistakes: string[] = [];
  const overridden = new Set<string>();
  for (const owner of superclassChain(controller)) {
    mistakes.push(
      ...optionMistakes(registry.defaultsOf(owner), new CacheDefaultRules()).map(
        mistake => `${owner.name}: @CacheDefaults: ${mistake}`,
      ),
    );
    const actions = actionsOf(owner);
    for (const [method, rules] of registry.methodsOf(owner)) {
      if (overridden.has(method)) continue;
      const name =
        owner === controller ? `${owner.name}.${method}` : `${controller.name}.${method} (inherited from ${owner.name})`;
      const subject = { controller, owner, method, rules, registry, actions: actions.filter(action => action.method === method) };
      mistakes.push(...methodMistakes(subject).map(mistake => `${name}: ${mistake}`));
    }
    for (const { method } of actions) overridden.add(method);
  }
  return mistakes;
}

/** Returns the mistakes in the use of the decorators on classes that are neither controllers nor their base classes. */
export function strayMistakes(classes: readonly Class[], registry: DecoratorRegistry): string[] {
  const { controllers } = getMetadataArgsStorage();
  return classes
    .filter(subject => !controllers.some(({ target }) => superclassChain(target).includes(subject)))
    .flatMap(subject => {
      const actions = actionsOf(subject);
      return [...registry.methodsOf(subject)]
        .filter(([method]) => !actions.some(action => action.method === method))
        .flatMap(([method, rules]) => {
          const mistakes = serviceMistakes(rules, registry.isExempt(subject.prototype as object, method));
          return mistakes.map(mistake => `${subject.name}.${method}: ${mistake}`);
        });
    });
}

const STRAY_CACHED =
  '@Cached is on a method of a class that is no controller. Write @Memoized to cache the results of a service, or @Cached above the @Get method.';

const CHANGES_AND_NOT =
  '@ChangesNothing and @InvalidatesCache contradict each other. Leave @ChangesNothing out where the method changes data.';

/** Returns the mistakes in the decorators of a method that is no action. @param isExempt true if the method has `@ChangesNothing` */
export function serviceMistakes({ cached, invalidates }: MethodDecorations, isExempt: boolean): string[] {
  const mistakes = invalidationMistakes(invalidates, wholeTargetMistakes);
  if (isExempt && invalidates.length > 0) mistakes.push(CHANGES_AND_NOT);
  return cached.length > 0 ? [STRAY_CACHED, ...mistakes] : mistakes;
}

function invalidationMistakes(
  invalidates: readonly InvalidationDecoration[],
  mistakesOf: (target: InvalidationTarget | undefined) => string[],
): string[] {
  return invalidates.flatMap(({ target, options }) => [
    ...optionMistakes(options, new InvalidationOptionRules()).map(mistake => `@InvalidatesCache: ${mistake}`),
    ...mistakesOf(target),
  ]);
}

interface Subject {
  readonly controller: Class;
  readonly owner: Class;
  readonly method: string;
  readonly rules: MethodDecorations;
  readonly registry: DecoratorRegistry;
  readonly actions: readonly ActionArgs[];
}

function methodMistakes(subject: Subject): string[] {
  const { cached, invalidates } = subject.rules;
  const mistakes: string[] = [];
  if (cached.length > 0) mistakes.push(...cachedMistakes(subject));
  if (cached.length > 0 && invalidates.length > 0) {
    mistakes.push('@Cached and @InvalidatesCache contradict each other: a hit would not invalidate. Write one of them.');
  }
  if (invalidates.length > 0 && subject.registry.isExempt(subject.owner.prototype as object, subject.method))
    mistakes.push(CHANGES_AND_NOT);
  const ofTarget = (target: InvalidationTarget | undefined): string[] => targetMistakes(target, subject);
  mistakes.push(...invalidationMistakes(invalidates, subject.actions.length === 0 ? wholeTargetMistakes : ofTarget));
  return mistakes;
}

function cachedMistakes({ controller, owner, method, rules, registry, actions }: Subject): string[] {
  const mistakes = rules.cached
    .flatMap(options => optionMistakes(options, new CachedOptionRules()))
    .map(mistake => `@Cached: ${mistake}`);
  if (rules.cached.length > 1) mistakes.push(`@Cached is written ${rules.cached.length} times. Write it once, with all options.`);
  if (actions.length === 0) mistakes.push('@Cached is on a method that is no action. Write it under @Get.');
  for (const { type } of actions) {
    if (type !== 'get')
      mistakes.push(
        `@Cached is on ${actionLabel(type)} action, and only @Get can be cached. Write @InvalidatesCache where it changes data.`,
      );
  }

  const parameters = parametersOf(owner, method);
  const options = effectiveOptions(controller, rules, registry);
  mistakes.push(...edgeMistakes(controller, owner, method, options));
  const { queryString } = options;
  const queried = parameters.find(({ type }) => type === 'query' || type === 'queries');
  if (queryString === false && queried !== undefined) {
    const declared = queried.type === 'query' ? `@QueryParam('${queried.name}')` : '@QueryParams()';
    mistakes.push(`queryString: false contradicts ${declared}: callers would get each other's answers. Leave queryString out.`);
  }
  if (parameters.some(({ type }) => type === 'file' || type === 'files')) {
    mistakes.push('@UploadedFile cannot be in a key. Leave @Cached out.');
  }
  return mistakes;
}

function actionLabel(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} @${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}

function targetMistakes(target: InvalidationTarget | undefined, { controller, actions }: Subject): string[] {
  if (target === undefined) return [];
  const route = getMetadataArgsStorage().controllers.find(({ target: owner }) => owner === controller)?.route;
  const routes = actions.map(action => ({
    text: `${route ?? ''}${String((action.route as typeof action.route | undefined) ?? '')}`,
    names: routeNames(route, action.route),
  }));
  return fixedTargetMistakes(target, prefix => writtenPrefixMistake(prefix, routes));
}

/** Returns the mistakes in the target of a method that is no action, so that no request gives a path. */
function wholeTargetMistakes(target: InvalidationTarget | undefined): string[] {
  if (target !== undefined) return fixedTargetMistakes(target, wholePathMistake);
  return ['@InvalidatesCache() has no target, and the method is no action, so there is no request. Write a whole path or tags.'];
}

function fixedTargetMistakes(target: InvalidationTarget, pathMistake: (path: unknown) => string | undefined): string[] {
  if (typeof target === 'function') return [];
  const written = typeof target === 'string' ? `@InvalidatesCache('${target}')` : `@InvalidatesCache(${formatValue(target)})`;
  let named: RawTargets;
  try {
    named = parseTarget(target);
  } catch {
    return [
      `${written} is no target. Write a path such as '/users/:username', an array of them, { paths, tags }, or a function that returns one.`,
    ];
  }
  const { paths, tags } = named;
  if (paths.length === 0 && tags.length === 0)
    return [`${written} names no path. Leave the target out for the path of the request, or write a path.`];
  return [...paths.map(pathMistake), ...tags.map(tagMistake)]
    .filter(mistake => mistake !== undefined)
    .map(mistake => `${written} ${mistake}`);
}
