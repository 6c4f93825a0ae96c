import { positionAt, type SourceDocument } from '../document/node.ts';
import { follow, stepsOf } from '../document/pointer.ts';
import {
  asArtifactId,
  asPathId,
  asProductId,
  asProvisionedProductId,
  type Identity,
  productKey,
} from '../domain/ids.ts';
import type { Position } from '../domain/problem.ts';
import {
  type ByIdOrName,
  type CountOrPercentage,
  DEFAULT_LIFE,
  type ParameterWish,
  type ReconcilePolicy,
  type SpecOrigin,
  type StackSetPreferences,
} from '../domain/spec.ts';
import type { ValueSource, VersionRule } from '../domain/values.ts';
import { placeOf } from './identity.ts';
import type { Draft, ParameterValue, ProvisionedProductDocument, ValueFrom } from './model.ts';

type Life = Pick<ReconcilePolicy, keyof typeof DEFAULT_LIFE>;

/** A valid document → its spec, but for the target. Defaults of `reconcile` are filled in here. */
export function buildDraft(value: ProvisionedProductDocument, source: SourceDocument): Draft {
  const { metadata, spec } = value;
  const identity = identityOf(value);
  return {
    target: spec.target ?? null,
    dependsOn: spec.reconcile?.dependsOn ?? [],
    spec: {
      key: productKey(identity),
      name: metadata.name,
      identity,
      labels: metadata.labels ?? emptyRecord(),
      annotations: metadata.annotations ?? emptyRecord(),
      product: byIdOrName(spec.productId, spec.productName, asProductId),
      version: byIdOrName(spec.provisioningArtifactId, spec.provisioningArtifactName, asArtifactId),
      versionRule: ruleOf(spec.provisioningArtifact),
      path: byIdOrName(spec.pathId, spec.pathName, asPathId),
      parameters: wishesOf(spec.provisioningParameters ?? emptyRecord()),
      preferences: preferencesOf(spec.provisioningPreferences),
      stackInstances: spec.stackInstances ?? null,
      tags: spec.tags ?? null,
      owner: spec.properties?.owner ?? null,
      launchRole: spec.properties?.launchRole ?? null,
      acceptLanguage: spec.acceptLanguage ?? null,
      expect: expectationOf(spec.expect),
      notificationArns: [...new Set(spec.notificationArns ?? [])].sort(),
      reconcile: {
        drift: spec.reconcile?.drift ?? 'correct',
        mode: spec.reconcile?.mode ?? 'enforce',
        suspend: spec.reconcile?.suspend ?? false,
        removeInstances: spec.reconcile?.removeInstances ?? false,
        ignore: (spec.reconcile?.ignore ?? []).map(stepsOf),
        onNewVersion: spec.reconcile?.onNewVersion ?? 'report',
        onRotate: spec.reconcile?.onRotate ?? 'report',
        ...DEFAULT_LIFE,
        ...lifeOf(spec.reconcile),
      },
      origin: originOf(source),
    },
  };
}

/** What the document says about coming into being and going away. */
function lifeOf(reconcile: ProvisionedProductDocument['spec']['reconcile']): Partial<Life> {
  if (reconcile === undefined) return {};
  const { onMissing, onError, prune, adopt, deletionProtection } = reconcile;
  return {
    ...(onMissing === undefined ? {} : { onMissing }),
    ...(onError === undefined ? {} : { onError }),
    ...(prune === undefined ? {} : { prune }),
    ...(adopt === undefined ? {} : { adopt: { stackArn: adopt.stackArn } }),
    ...(deletionProtection === undefined ? {} : { deletionProtection }),
  };
}

function preferencesOf(
  preferences: ProvisionedProductDocument['spec']['provisioningPreferences'],
): StackSetPreferences | null {
  if (preferences === undefined) return null;
  return {
    accounts: preferences.stackSetAccounts ?? null,
    regions: preferences.stackSetRegions ?? null,
    failureTolerance: countOrPercentage(
      preferences.stackSetFailureToleranceCount,
      preferences.stackSetFailureTolerancePercentage,
    ),
    maxConcurrency: countOrPercentage(
      preferences.stackSetMaxConcurrencyCount,
      preferences.stackSetMaxConcurrencyPercentage,
    ),
    operation: preferences.stackSetOperationType ?? 'UPDATE',
  };
}

function countOrPercentage(
  count: number | undefined,
  percentage: number | undefined,
): CountOrPercentage | null {
  if (count !== undefined) return { kind: 'count', value: count };
  return percentage === undefined ? null : { kind: 'percentage', value: percentage };
}

function identityOf({ metadata, spec }: ProvisionedProductDocument): Identity {
  if (spec.provisionedProductId === undefined) return { kind: 'name', name: metadata.name };
  return { kind: 'id', id: asProvisionedProductId(spec.provisionedProductId) };
}

function byIdOrName<Id>(
  id: string | undefined,
  name: string | undefined,
  brand: (text: string) => Id,
): ByIdOrName<Id> | null {
  if (id !== undefined) return { kind: 'id', id: brand(id) };
  return name === undefined ? null : { kind: 'name', name };
}

function wishesOf(
  values: Readonly<Record<string, ParameterValue>>,
): Readonly<Record<string, ParameterWish>> {
  const wishes: Record<string, ParameterWish> = emptyRecord();
  for (const [key, value] of Object.entries(values)) wishes[key] = wishOf(value);
  return wishes;
}

function wishOf(value: ParameterValue): ParameterWish {
  if (typeof value === 'string') return { kind: 'value', value };
  if (value.value !== undefined) return { kind: 'value', value: value.value };
  if (value.valueFrom !== undefined) return { kind: 'from', source: sourceOf(value.valueFrom) };
  return value.useDefault === true ? { kind: 'useDefault' } : { kind: 'usePrevious' };
}

/** The schema has seen to it that there is exactly one. */
function sourceOf({ env, file, ssmParameter, secretsManager }: ValueFrom): ValueSource {
  if (env !== undefined) return { kind: 'env', name: env };
  if (file !== undefined) return { kind: 'file', path: file };
  if (secretsManager !== undefined) {
    const { secretId, key = null, version = null } = secretsManager;
    return { kind: 'secretsManager', secretId, key, version };
  }
  if (typeof ssmParameter === 'object')
    return { kind: 'ssmParameter', name: ssmParameter.name, version: ssmParameter.version ?? null };
  return { kind: 'ssmParameter', name: ssmParameter ?? '', version: null };
}

function ruleOf(
  rule: ProvisionedProductDocument['spec']['provisioningArtifact'],
): VersionRule | null {
  if (rule === undefined) return null;
  return rule.semver === undefined ? { kind: 'latest' } : { kind: 'semver', range: rule.semver };
}

function expectationOf(expect: ProvisionedProductDocument['spec']['expect']) {
  const id = expect?.provisionedProductId;
  return {
    provisionedProductId: id === undefined ? null : asProvisionedProductId(id),
    physicalId: expect?.physicalId ?? null,
  };
}

/** Positions of the keys below `spec`, two levels deep, and of each dependency: what messages speak of. */
function originOf(source: SourceDocument): SpecOrigin {
  const fields: Record<string, Position> = emptyRecord();
  const spec = follow(source.root, ['spec']).node;
  if (spec.kind === 'mapping') {
    for (const { key, value } of spec.entries) {
      fields[key.text] = positionAt(source, key.offset);
      if (value.kind !== 'mapping') continue;
      for (const inner of value.entries) {
        const path = `${key.text}.${inner.key.text}`;
        fields[path] = positionAt(source, inner.key.offset);
        if (path !== 'reconcile.dependsOn' || inner.value.kind !== 'sequence') continue;
        for (const [index, item] of inner.value.items.entries())
          fields[`${path}.${index}`] = positionAt(source, item.offset);
      }
    }
  }
  return { at: placeOf(source), fields };
}

function emptyRecord<T>(): Record<string, T> {
  return Object.create(null);
}
