import { AwsError, validationError } from '../aws-error.ts';
import { versionOf } from '../catalog.ts';
import type { Argument, Stack, StackSet } from '../entities.ts';
import type { Tag } from '../model.ts';
import { type Context, reads } from '../operation.ts';
import * as shapes from '../shapes/query.ts';
import type { JsonObject } from '../validate.ts';

const PAGE = 100;

/** A deleted stack can be asked for by ARN for this long. */
const DELETED_FOR = 90 * 24 * 3_600_000;

const iso = (ms: number) => new Date(ms).toISOString();

/** One stack by name or ARN, or all of them a hundred at a time. */
export const describeStacks = reads('DescribeStacks', shapes.describeStacks, (context, input) => {
  if (input.StackName !== undefined && input.StackName !== '')
    return { Stacks: [showStack(context, oneStack(context, input.StackName))] };
  const { stacks, next } = stackPage(context, input.NextToken);
  return { Stacks: stacks.map((stack) => showStack(context, stack)), NextToken: next };
});

export function oneStack(context: Context, name: string): Stack {
  const { place, now } = context;
  const stack = place.stacks.get(place.stackIdByName.get(name) ?? name);
  const forgotten =
    stack !== undefined && stack.deletedAt !== null && now - stack.deletedAt > DELETED_FOR;
  if (stack === undefined || forgotten)
    throw validationError(`Stack with id ${name} does not exist`);
  return stack;
}

function stackPage(context: Context, token: string | undefined) {
  const { place } = context;
  const ids = place.stackOrder.after(token === undefined ? null : decode(token), PAGE + 1);
  const stacks = ids.slice(0, PAGE).flatMap((id) => place.stacks.get(id) ?? []);
  const last = stacks.at(-1);
  const more = ids.length > PAGE && last !== undefined;
  return { stacks, next: more ? encode(last.id) : undefined };
}

const encode = (id: string) => Buffer.from(`stacks ${id}`).toString('base64url');

function decode(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('stacks ')) throw validationError('NextToken is invalid.');
  return text.slice('stacks '.length);
}

function showStack(context: Context, stack: Stack): JsonObject {
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: templateDescription(context, stack),
    Parameters: showParameters(context, stack),
    CreationTime: iso(stack.createdAt),
    DeletionTime: stack.deletedAt === null ? undefined : iso(stack.deletedAt),
    LastUpdatedTime: stack.updatedAt === null ? undefined : iso(stack.updatedAt),
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason ?? undefined,
    DisableRollback: false,
    NotificationARNs: stack.notificationArns,
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    Outputs:
      stack.outputs.length === 0
        ? undefined
        : stack.outputs.map((output) => ({
            OutputKey: output.key,
            OutputValue: output.value,
            Description: output.description ?? undefined,
            ExportName: output.exportName ?? undefined,
          })),
    RoleARN: stack.roleArn ?? undefined,
    Tags: showTags(stack.tags),
    EnableTerminationProtection: false,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

function templateDescription(context: Context, of: Pick<Stack, 'productId' | 'artifactId'>) {
  if (of.productId === null || of.artifactId === null) return undefined;
  return versionOf(context.world, of.productId, of.artifactId)?.templateDescription ?? undefined;
}

/** Values as CloudFormation shows them: four asterisks for NoEcho, a made-up value for SSM types. */
function showParameters(
  context: Context,
  of: {
    readonly productId: string | null;
    readonly artifactId: string | null;
    readonly parameters: readonly Argument[];
  },
): readonly JsonObject[] | undefined {
  if (of.parameters.length === 0) return undefined;
  const version =
    of.productId === null || of.artifactId === null
      ? null
      : versionOf(context.world, of.productId, of.artifactId);
  const defs = new Map((version?.parameters ?? []).map((def) => [def.key, def]));
  return of.parameters.map((item) => {
    const def = defs.get(item.key);
    return {
      ParameterKey: item.key,
      ParameterValue: def?.noEcho === true ? '****' : item.value,
      ResolvedValue:
        def?.type.startsWith('AWS::SSM::Parameter::') === true
          ? `resolved-${item.value}`
          : undefined,
    };
  });
}

const showTags = (tags: readonly Tag[]) =>
  tags.length === 0 ? undefined : tags.map((tag) => ({ ...tag }));

export const listStacks = reads('ListStacks', shapes.listStacks, (context, input) => {
  const wanted = input.StackStatusFilter;
  if (wanted !== undefined || context.place.stacks.size !== context.place.stackOrder.size)
    return listFiltered(context, wanted ?? [], input.NextToken);
  const { stacks, next } = stackPage(context, input.NextToken);
  return { StackSummaries: stacks.map((stack) => summary(context, stack)), NextToken: next };
});

/** Deleted stacks are listed too, so this cannot use the index of those that live. */
function listFiltered(
  context: Context,
  statuses: readonly string[],
  token: string | undefined,
): JsonObject {
  const after = token === undefined ? '' : decode(token);
  const found = [...context.place.stacks.values()]
    .filter((stack) => statuses.length === 0 || statuses.includes(stack.status))
    .filter((stack) => stack.id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const last = found.slice(0, PAGE).at(-1);
  return {
    StackSummaries: found.slice(0, PAGE).map((stack) => summary(context, stack)),
    NextToken: found.length > PAGE && last !== undefined ? encode(last.id) : undefined,
  };
}

function summary(context: Context, stack: Stack): JsonObject {
  return {
    StackId: stack.id,
    StackName: stack.name,
    TemplateDescription: templateDescription(context, stack),
    CreationTime: iso(stack.createdAt),
    LastUpdatedTime: stack.updatedAt === null ? undefined : iso(stack.updatedAt),
    DeletionTime: stack.deletedAt === null ? undefined : iso(stack.deletedAt),
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason ?? undefined,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

export function oneStackSet(context: Context, name: string): StackSet {
  for (const stackSet of context.place.stackSets.values())
    if ([stackSet.name, stackSet.id, stackSet.arn].includes(name) && stackSet.status === 'ACTIVE')
      return stackSet;
  throw new AwsError('StackSetNotFoundException', `StackSet ${name} not found`, 404);
}

export const describeStackSet = reads(
  'DescribeStackSet',
  shapes.describeStackSet,
  (context, input) => {
    const stackSet = oneStackSet(context, input.StackSetName);
    const regions = [...new Set(stackSet.instances.map((instance) => instance.region))];
    return {
      StackSet: {
        StackSetName: stackSet.name,
        StackSetId: stackSet.id,
        Description: templateDescription(context, stackSet),
        Status: stackSet.status,
        Parameters: showParameters(context, stackSet),
        Capabilities: ['CAPABILITY_NAMED_IAM'],
        Tags: showTags(stackSet.tags),
        StackSetARN: stackSet.arn,
        PermissionModel: 'SELF_MANAGED',
        OrganizationalUnitIds: [],
        ManagedExecution: { Active: false },
        Regions: regions,
      },
    };
  },
);
