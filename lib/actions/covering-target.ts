import { parameterReadings } from '../keys/parameter-text.js';
import { serverOptionsOf, requestOf, type ActionCall } from './action-call.js';
import { mountOf } from './action-path.js';

/**
 * Returns the target that covers a path of a cached action, as the author of a change writes it.
 *
 * @param call a call of the cached action
 * @param path the canonical path of the call
 * @param params the parameters of the route of the change; undefined for code, whose targets are whole paths
 */
export function coveringTarget(call: ActionCall, path: string, params: Readonly<Record<string, unknown>> | undefined): string {
  if (params === undefined) return path === '' ? '/' : path;
  const { metadata } = call;
  const { routePrefix = '' } = serverOptionsOf(metadata);
  const before = mountOf(requestOf(call)).path.length + routePrefix.replace(/\/$/, '').length;
  const segments = path.slice(before).split('/').slice(1);
  const route = String(metadata.fullRoute).split('/').slice(1);
  // A route with a pattern or an optional parameter has no certain place for its fixed parts.
  const isAligned = route.length === segments.length;
  const target = segments.map((segment, index) => {
    const template = isAligned ? (route[index] ?? '') : ':';
    return template.includes(':') ? (parameterFor(segment, template, params) ?? segment) : segment;
  });
  return `/${target.join('/')}`;
}

/** Returns the parameter that has the text of a segment: if possible, the one with the same name. */
function parameterFor(segment: string, template: string, params: Readonly<Record<string, unknown>>): string | undefined {
  const names = Object.keys(params).filter(name => readingsOf(params[name]).includes(segment));
  const name = names.find(candidate => template === `:${candidate}`) ?? names[0];
  return name === undefined ? undefined : `:${name}`;
}

/** Returns the segments that a canonical path may contain for a raw parameter. */
function readingsOf(value: unknown): string[] {
  return parameterReadings(String(value)).map(text => encodeURIComponent(text.toWellFormed()));
}
