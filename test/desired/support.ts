import type { DesiredOptions } from '../../src/desired/combine.ts';
import { loadDesired } from '../../src/desired/load.ts';
import type { Desired } from '../../src/desired/model.ts';
import { asTargetName } from '../../src/domain/ids.ts';
import { formatPosition, type Problem } from '../../src/domain/problem.ts';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export const ONE_TARGET: DesiredOptions = {
  targets: [{ name: asTargetName('prod-eu') }],
  defaultTarget: asTargetName('prod-eu'),
};

export const TWO_TARGETS: DesiredOptions = {
  targets: [{ name: asTargetName('prod-eu') }, { name: asTargetName('prod-us') }],
  defaultTarget: null,
};

/** Loads files given as text, by path. */
export function load(
  files: Readonly<Record<string, string>>,
  options: DesiredOptions = ONE_TARGET,
): Desired {
  const list = Object.entries(files).map(([path, text]) => ({ path, bytes: bytesOf(text) }));
  return loadDesired(list, options);
}

/** A small valid document; `spec` is indented by two. */
export function documentOf(name: string, spec = '{}'): string {
  const body = spec === '{}' ? ' {}' : `\n  ${spec.trim().replaceAll('\n', '\n  ')}`;
  return `apiVersion: trueup/v1\nkind: ProvisionedProduct\nmetadata:\n  name: ${name}\nspec:${body}\n`;
}

/** `file:line:column code field`, the way a table reads it. */
export function brief(problem: Problem): string {
  return `${formatPosition(problem.at)} ${problem.code} ${problem.field}`.trim();
}
