import type { FieldDifference, OpenField, Shown } from '../domain/change.ts';
import type { ParameterDefinition, VersionDefinitions } from '../domain/live.ts';
import { positionOf } from '../domain/spec.ts';
import { type Comparison, stepsOf } from './compare.ts';
import { isPart, parameterField } from './compare-parameters.ts';
import { tagField } from './compare-tags.ts';
import { type CompareInput, HIDDEN, none, text, versionLabel } from './finding.ts';
import {
  byText,
  comparable,
  isBlind,
  own,
  sortedKeys,
  validFingerprints,
  versionOf,
} from './normalize.ts';
import type { ResolvedTarget } from './resolve.ts';

export interface RefineInput extends CompareInput {
  readonly comparison: Comparison;
  readonly resolved: ResolvedTarget;
  readonly definitions: VersionDefinitions;
}

/**
 * The comparison with what only the product's facts tell: names that AWS gave as ids, defaults,
 * which values are secret in the target version, and what a new version adds and takes away.
 */
export function refine(input: RefineInput): Comparison {
  const { comparison } = input;
  const told = comparison.deferred.map((field) => tell(input, field));
  const declared = [...comparison.differences, ...told.flatMap((one) => one.differences)]
    .filter((difference) => !isSamePath(input, difference))
    .map((difference) => reveal(input, difference));
  const differences = [...declared, ...consequences(input, declared), ...removals(input, declared)];
  return {
    ...comparison,
    differences,
    unverified: [...comparison.unverified, ...told.flatMap((one) => one.unverified)],
    unreadable: comparison.unreadable.filter((field) => !isSamePath(input, field)),
    deferred: [],
    kept: keptParameters(input),
    steps: stepsOf(differences),
    hidden: new Set(Object.keys(input.spec.parameters).filter((key) => isSecret(input, key))),
  };
}

interface Told {
  readonly differences: readonly FieldDifference[];
  readonly unverified: readonly OpenField[];
}

const EQUAL: Told = { differences: [], unverified: [] };

function tell(input: RefineInput, field: OpenField): Told {
  const { live, resolved, spec } = input;
  if (field.field === 'productName' && live.product.kind === 'read') {
    const { id } = live.product.value;
    const name = spec.product?.kind === 'name' ? spec.product.name : resolved.productId;
    return id === resolved.productId ? EQUAL : told(input, field, text(id), text(name));
  }
  if (field.field === 'provisioningArtifactName' && live.version.kind === 'read') {
    const { id } = live.version.value;
    const name = spec.version?.kind === 'name' ? spec.version.name : resolved.artifactId;
    return id === resolved.artifactId ? EQUAL : told(input, field, text(id), text(name));
  }
  return tellDefault(input, field);
}

function tellDefault(input: RefineInput, field: OpenField): Told {
  const key = field.label;
  const definition = definitionOf(input, key);
  if (isBlind(input.live)) return tellSecretDefault(input, field, definition?.defaultValue ?? null);
  const current =
    input.live.stack.kind === 'read' ? own(input.live.stack.value.parameters, key) : undefined;
  if (current === undefined) {
    const absent = none(`not in ${versionLabel(input.live)}`);
    return definition === undefined ? told(input, field, absent, none('its default')) : EQUAL;
  }
  if (current.kind === 'noEcho' || definition?.noEcho === true)
    return tellSecretDefault(input, field, definition?.defaultValue ?? null);
  const wanted = definition?.defaultValue ?? null;
  const shown = input.comparison.noEcho.has(key) ? HIDDEN : text(current.value);
  if (wanted === null) return told(input, field, shown, none('it has no default'));
  if (comparable(wanted) === comparable(current.value)) return EQUAL;
  return told(input, field, shown, none(`${wanted} (default)`));
}

/** Only a secret of ours that is known to run tells; once the default is sent, nothing is known of it. */
function tellSecretDefault(
  input: RefineInput,
  field: OpenField,
  defaultValue: string | null,
): Told {
  const key = field.label;
  const prints = validFingerprints(input.entry, input.live, input.keyId);
  const known = prints === null ? undefined : own(prints.values, key);
  const isReference = prints !== null && own(prints.references, key) !== undefined;
  if (!isReference && (known === undefined || input.fingerprint === null))
    return { ...EQUAL, unverified: [{ ...field, why: 'AWS does not return NoEcho values' }] };
  const isDefault =
    defaultValue !== null && input.fingerprint?.(key, comparable(defaultValue)) === known;
  return isDefault && !isReference ? EQUAL : told(input, field, HIDDEN, HIDDEN);
}

function told(
  { spec }: RefineInput,
  { field, label }: OpenField,
  live: Shown,
  desired: Shown,
): Told {
  const at = positionOf(spec, field);
  return { ...EQUAL, differences: [{ field, label, at, live, desired, step: 'update' }] };
}

/** However it is declared, it is the path that AWS recorded. */
function isSamePath({ live, resolved }: RefineInput, field: OpenField | FieldDifference): boolean {
  return isPart(field, 'path') && live.path.kind === 'read' && live.path.value === resolved.pathId;
}

/** A declared value is shown only if no side calls it NoEcho and the target version knows it. */
function reveal(input: RefineInput, difference: FieldDifference): FieldDifference {
  const key = keyOf(difference);
  const wish = key === null ? undefined : own(input.spec.parameters, key);
  if (key === null || wish?.kind !== 'value') return difference;
  if (!isSecret(input, key)) return { ...difference, desired: text(wish.value) };
  const live = difference.live.kind === 'text' ? HIDDEN : difference.live;
  return { ...difference, live, desired: HIDDEN };
}

function isSecret(input: RefineInput, key: string): boolean {
  const definition = definitionOf(input, key);
  return definition === undefined || definition.noEcho || input.comparison.noEcho.has(key);
}

function keyOf({ field, label }: FieldDifference): string | null {
  return field === parameterField(label) ? label : null;
}

function definitionOf({ definitions }: RefineInput, key: string): ParameterDefinition | undefined {
  return definitions.parameters.find((definition) => definition.key === key);
}

/** What a new version adds with its defaults and takes away, where the document does not say. */
function consequences(
  input: RefineInput,
  declared: readonly FieldDifference[],
): readonly FieldDifference[] {
  const { spec, live } = input;
  const cause = declared.find((one) => isPart(one, 'version', 'product'));
  if (cause === undefined || live.stack.kind !== 'read') return [];
  const current = live.stack.value.parameters;
  const make = (key: string, from: Shown, to: Shown): FieldDifference => ({
    field: parameterField(key),
    label: key,
    at: cause.at,
    live: from,
    desired: to,
    step: 'update',
  });
  const added = input.definitions.parameters
    .filter(({ key }) => own(spec.parameters, key) === undefined && own(current, key) === undefined)
    .map(({ key, defaultValue, noEcho }) => {
      const shown = defaultValue === null || noEcho ? 'its default' : `${defaultValue} (default)`;
      return make(key, none(`not in ${versionLabel(live)}`), none(shown));
    });
  const gone = sortedKeys(current)
    .filter((key) => definitionOf(input, key) === undefined)
    .filter((key) => own(spec.parameters, key) === undefined)
    .map((key) => {
      const parameter = own(current, key);
      const isShown = parameter?.kind === 'shown' && !input.comparison.noEcho.has(key);
      const shown = isShown ? text(parameter.value) : HIDDEN;
      return make(key, shown, none(`not in ${versionOf(spec, input.resolved)}`));
    });
  return [...added, ...gone].sort((a, b) => byText(a.field, b.field));
}

/** AWS takes tags away together with an added or changed one; then their removal is a difference. */
function removals(
  input: RefineInput,
  declared: readonly FieldDifference[],
): readonly FieldDifference[] {
  const { comparison, definitions, live, spec } = input;
  if (definitions.tagUpdate !== 'allowed' || live.tags.kind !== 'read') return [];
  if (!declared.some(({ field }) => field.startsWith('tags.'))) return [];
  const tags = live.tags.value;
  return comparison.removedTags.map((key) => ({
    field: tagField(key),
    label: `tag ${key}`,
    at: positionOf(spec, 'tags'),
    live: text(own(tags, key) ?? ''),
    desired: none('removed'),
    step: 'update',
  }));
}

function keptParameters(input: RefineInput): number {
  const { live, spec } = input;
  if (live.stack.kind !== 'read') return 0;
  return Object.keys(live.stack.value.parameters).filter((key) => {
    const wish = own(spec.parameters, key);
    const isKept = wish === undefined || wish.kind === 'usePrevious';
    return isKept && definitionOf(input, key) !== undefined;
  }).length;
}
