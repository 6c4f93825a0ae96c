import type { Argument, RequestedParameter, Stack } from './entities.ts';
import type { ResourceDef, Tag, Version } from './model.ts';
import { resolveParameters } from './parameters.ts';
import type { JsonObject } from './validate.ts';

/** What a change set would do, or why there is none. */
export type ChangeSet =
  | { readonly kind: 'changes'; readonly changes: readonly JsonObject[] }
  | { readonly kind: 'failed'; readonly message: string };

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** CloudFormation's change set for a version with these parameters, against a stack or none. */
export function changeSet(
  target: Version,
  requested: readonly RequestedParameter[],
  tags: readonly Tag[],
  live: { readonly stack: Stack; readonly version: Version | null } | null,
  omitted: 'default' | 'previous',
): ChangeSet {
  const resolved = resolveParameters(target, requested, live?.stack.parameters ?? null, omitted);
  if (resolved.kind === 'refused')
    return {
      kind: 'failed',
      message: `Error calling API cloudformation:CreateChangeSet. ErrorCode: ValidationError, Message: ${resolved.message}`,
    };
  if (live === null) return { kind: 'changes', changes: target.resources.map(added) };
  const changes = differences(target, resolved.parameters, tags, live);
  return changes.length === 0
    ? { kind: 'failed', message: NO_CHANGES }
    : { kind: 'changes', changes };
}

function differences(
  target: Version,
  parameters: readonly Argument[],
  tags: readonly Tag[],
  live: { readonly stack: Stack; readonly version: Version | null },
): readonly JsonObject[] {
  const before = new Map((live.version?.resources ?? []).map((item) => [item.logicalId, item]));
  const after = new Set(target.resources.map((item) => item.logicalId));
  const values = new Map(live.stack.parameters.map((item) => [item.key, item.value]));
  const changed = new Set(
    parameters.flatMap((item) => (values.get(item.key) === item.value ? [] : [item.key])),
  );
  const newTemplate = live.version?.templateDigest !== target.templateDigest;
  const tagsDiffer = tagText(live.stack.tags) !== tagText(tags);
  const removed = [...before.values()].filter((item) => !after.has(item.logicalId));
  return [
    ...target.resources.flatMap((resource) =>
      before.has(resource.logicalId)
        ? modified(resource, { changed, newTemplate, tagsDiffer })
        : [added(resource)],
    ),
    ...removed.map((resource) => ({ ...basics(resource), Action: 'REMOVE' })),
  ];
}

function basics(resource: ResourceDef): JsonObject {
  return { LogicalResourceId: resource.logicalId, ResourceType: resource.type };
}

function added(resource: ResourceDef): JsonObject {
  return { ...basics(resource), Action: 'ADD', Scope: [], Details: [] };
}

function modified(
  resource: ResourceDef,
  why: {
    readonly changed: ReadonlySet<string>;
    readonly newTemplate: boolean;
    readonly tagsDiffer: boolean;
  },
): readonly JsonObject[] {
  const touched = resource.references.filter((reference) => why.changed.has(reference.parameter));
  const unreferenced = resource.references.length === 0 && why.changed.size > 0;
  if (touched.length === 0 && !why.newTemplate && !why.tagsDiffer && !unreferenced) return [];
  const properties = touched.length > 0 || why.newTemplate || unreferenced;
  return [
    {
      ...basics(resource),
      Action: 'MODIFY',
      PhysicalResourceId: `${resource.logicalId.toLowerCase()}-local`,
      Replacement: 'FALSE',
      Scope: [...(properties ? ['PROPERTIES'] : []), ...(why.tagsDiffer ? ['TAGS'] : [])],
      Details: touched.map((reference) => ({
        Target: {
          Attribute: 'PROPERTIES',
          Name: reference.property,
          RequiresRecreation: 'NEVER',
        },
        Evaluation: 'STATIC',
        CausingEntity: reference.parameter,
      })),
    },
  ];
}

function tagText(tags: readonly Tag[]): string {
  return tags
    .filter((tag) => !tag.Key.startsWith('aws:'))
    .map((tag) => `${tag.Key}=${tag.Value}`)
    .sort()
    .join('\n');
}
