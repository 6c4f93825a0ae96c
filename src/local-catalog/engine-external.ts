import { createHash } from 'node:crypto';
import type { Begun, Engine, Succeeded, Work } from './engine.ts';
import type { OutputValue, RequestedParameter } from './entities.ts';
import { derivedId } from './ids.ts';
import { computeOutputs } from './outputs.ts';
import { type Resolved, resolveParameters, resourceFailure } from './parameters.ts';

/**
 * Terraform, other external engines and Control Tower's account factory: nothing of theirs can be
 * read back, and they are handed exactly what the request carries. A previous value is not known
 * to them: it arrives as an empty text.
 */
function begin(work: Work): Begun {
  const { product, version } = work;
  if (product.kind === 'CONTROL_TOWER_ACCOUNT' && work.job.parameters.some((p) => p.usePrevious))
    return { kind: 'refused', message: CONTROL_TOWER_NO_PREVIOUS };
  if (product.kind === 'EXTERNAL' && product.launchRole === null)
    return { kind: 'refused', message: 'LaunchRoleArn is required and must be non empty' };
  const resolved = resolve(work);
  if (resolved.kind === 'refused') return { kind: 'refused', message: resolved.message };
  const failure = resourceFailure(version, resolved.parameters);
  return { kind: 'started', physicalId: product.physicalId, undo: null, failure };
}

export const CONTROL_TOWER_NO_PREVIOUS =
  'UsePreviousValue is not supported for AWS Control Tower Account Factory. Specify a value for each parameter.';

function resolve(work: Work): Resolved {
  const handedOver = work.job.parameters.map(
    (item): RequestedParameter =>
      item.usePrevious ? { key: item.key, value: '', usePrevious: false } : item,
  );
  return resolveParameters(work.version, handedOver, null, 'default');
}

function nothing(): void {}

function succeeded(work: Work): Succeeded {
  const { product, version, place } = work;
  const resolved = resolve(work);
  const parameters = resolved.kind === 'ok' ? resolved.parameters : [];
  const physicalId = product.physicalId ?? physicalIdOf(work);
  const outputs =
    product.kind === 'CONTROL_TOWER_ACCOUNT'
      ? accountOutputs(physicalId, parameters)
      : computeOutputs(version, parameters, { id: physicalId, name: product.name }, place);
  return { physicalId, outputs, engineParameters: parameters };
}

function physicalIdOf(work: Work): string {
  if (work.product.kind !== 'CONTROL_TOWER_ACCOUNT')
    return derivedId('engine', work.place.key, work.product.id);
  return accountIdFor(work.place.key, work.product.id);
}

/** A made-up account id: twelve digits that follow from the provisioned product. */
export function accountIdFor(place: string, productId: string): string {
  const number = createHash('sha256').update(`${place}/${productId}`).digest().readUIntBE(0, 6);
  return String(number % 1_000_000_000_000).padStart(12, '0');
}

/** Control Tower hands out these four, whatever the version says. */
export function accountOutputs(
  accountId: string,
  parameters: readonly { readonly key: string; readonly value: string }[],
): readonly OutputValue[] {
  const value = (key: string) => parameters.find((item) => item.key === key)?.value ?? '';
  const output = (key: string, text: string): OutputValue => ({
    key,
    value: text,
    description: null,
    exportName: null,
  });
  return [
    output('AccountEmail', value('AccountEmail')),
    output('AccountId', accountId),
    output('SSOUserEmail', value('SSOUserEmail')),
    output('SSOUserPortal', 'https://d-0123456789.awsapps.com/start'),
  ];
}

export const externalEngine: Engine = {
  begin,
  rollingBack: nothing,
  rolledBack: nothing,
  succeeded,
  removing: nothing,
  removed: nothing,
};
