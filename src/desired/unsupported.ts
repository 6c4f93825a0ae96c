import { fault } from '../document/fault.ts';
import { pointerStep } from '../document/pointer.ts';
import type { Validation } from '../document/schema.ts';
import type { Problem } from '../domain/problem.ts';

export interface Unsupported {
  /** Path below `spec`; `*` stands for every key. */
  readonly path: readonly string[];
  /** Values that ask for nothing beyond what this version does. */
  readonly unless?: readonly unknown[];
}

/**
 * Fields that the schema knows and this version does not act on. They are refused, because a wish
 * that is ignored in silence looks fulfilled. Whoever builds one deletes its entry.
 */
export const UNSUPPORTED: readonly Unsupported[] = [
  { path: ['provisioningArtifact'] },
  { path: ['provisioningParameters', '*', 'valueFrom'] },
  { path: ['reconcile', 'ignore'] },
  { path: ['reconcile', 'onNewVersion'], unless: ['report'] },
  { path: ['reconcile', 'onRotate'], unless: ['report'] },
];

export function unsupportedFields(validation: Validation): Problem[] {
  const spec = childOf(validation.value, 'spec');
  return UNSUPPORTED.flatMap((entry) =>
    matches(spec, entry.path).flatMap(({ steps, value }) => {
      if (entry.unless?.includes(value)) return [];
      const at = validation.keyAt(`/spec${steps.map(pointerStep).join('')}`);
      const shown = entry.unless === undefined ? '' : ` with the value ${String(value)}`;
      const message = `${steps.at(-1)}${shown} is not yet supported`;
      const next = entry.unless === undefined ? {} : { next: `use ${entry.unless.join(', ')}` };
      return [fault('document/not-supported', at, message, { field: steps.join('.'), ...next })];
    }),
  );
}

interface Match {
  readonly steps: readonly string[];
  readonly value: unknown;
}

function matches(value: unknown, path: readonly string[]): readonly Match[] {
  const [step, ...rest] = path;
  if (step === undefined) return [{ steps: [], value }];
  const keys = step === '*' ? keysOf(value) : [step];
  return keys.flatMap((key) => {
    const child = childOf(value, key);
    if (child === undefined) return [];
    return matches(child, rest).map((match) => ({ ...match, steps: [key, ...match.steps] }));
  });
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function childOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
