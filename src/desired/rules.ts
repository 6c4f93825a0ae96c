import semver from 'semver';
import { fault, quote } from '../document/fault.ts';
import { stepsOf } from '../document/pointer.ts';
import type { Validation } from '../document/schema.ts';
import type { Problem } from '../domain/problem.ts';
import type { ProvisionedProductDocument } from './model.ts';

/** What `reconcile.ignore` may name: fields that can be compared and sent as they are live. */
const WHOLE: ReadonlySet<string> = new Set([
  'productId',
  'productName',
  'provisioningArtifact',
  'provisioningArtifactId',
  'provisioningArtifactName',
  'pathId',
  'pathName',
  'provisioningParameters',
  'properties',
  'stackInstances',
  'tags',
]);
const WITH_KEY: ReadonlySet<string> = new Set(['provisioningParameters', 'tags']);
const PROPERTIES: ReadonlySet<string> = new Set(['owner', 'launchRole']);

/** What a schema cannot say of pointers and version ranges. The document must satisfy the schema. */
export function ruleProblems(validation: Validation): readonly Problem[] {
  if (validation.problems.length > 0) return [];
  const { spec } = validation.value as unknown as ProvisionedProductDocument;
  return [...rangeProblems(validation, spec), ...ignoreProblems(validation, spec)];
}

function rangeProblems(
  validation: Validation,
  { provisioningArtifact }: ProvisionedProductDocument['spec'],
): readonly Problem[] {
  const range = provisioningArtifact?.semver;
  if (range === undefined || semver.validRange(range) !== null) return [];
  const message = `${quote(range)} is not a range of semantic versions`;
  const at = validation.at('/spec/provisioningArtifact/semver');
  const field = 'provisioningArtifact.semver';
  return [
    fault('document/bad-value', at, message, { field, next: 'write one like ^1.4 or >=1.4 <3' }),
  ];
}

function ignoreProblems(
  validation: Validation,
  { reconcile }: ProvisionedProductDocument['spec'],
): readonly Problem[] {
  return (reconcile?.ignore ?? []).flatMap((pointer, index) => {
    if (mayIgnore(stepsOf(pointer))) return [];
    const at = validation.at(`/spec/reconcile/ignore/${index}`);
    const message = `${quote(pointer)} names no field of spec that could be left as it is live`;
    return [fault('document/bad-pointer', at, message, { field: `reconcile.ignore[${index}]` })];
  });
}

function mayIgnore([first = '', second, ...rest]: readonly string[]): boolean {
  if (rest.length > 0) return false;
  if (second === undefined) return WHOLE.has(first);
  return (
    (WITH_KEY.has(first) && second !== '') || (first === 'properties' && PROPERTIES.has(second))
  );
}
