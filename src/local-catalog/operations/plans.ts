import { mayTouch, visibleTo } from '../access.ts';
import { invalidParameters, invalidState, notFound, validation } from '../aws-error.ts';
import { resolvePath, resolveProduct, resolveVersion } from '../catalog.ts';
import type { Plan } from '../entities.ts';
import { derivedUuid } from '../ids.ts';
import { type Context, reads, writes } from '../operation.ts';
import { pageOf } from '../paging.ts';
import * as shapes from '../shapes/service-catalog.ts';
import { seconds, showRecord } from '../show.ts';
import { currentProduct, putProduct, removeProduct } from '../state.ts';
import { isSystemTag } from '../tags.ts';
import { rememberToken, replayed } from '../tokens.ts';
import { tagsOf } from './plan-create.ts';
import { launch } from './provision.ts';
import { accept, before } from './update.ts';

/** What a plan's status is now: it follows from the clock and from the record it led to. */
function statusOf(context: Context, plan: Plan): { status: string; updatedAt: number } {
  const record = plan.recordId === null ? undefined : context.place.records.get(plan.recordId);
  if (record !== undefined) {
    const status =
      record.pending !== null
        ? 'EXECUTE_IN_PROGRESS'
        : record.status === 'SUCCEEDED'
          ? 'EXECUTE_SUCCESS'
          : 'EXECUTE_FAILED';
    return { status, updatedAt: record.updatedAt };
  }
  if (context.now < plan.readyAt)
    return { status: 'CREATE_IN_PROGRESS', updatedAt: plan.createdAt };
  const status = plan.failure === null ? 'CREATE_SUCCESS' : 'CREATE_FAILED';
  return { status, updatedAt: plan.readyAt };
}

function planById(context: Context, id: string): Plan {
  const plan = context.place.plans.get(id);
  const product = plan && currentProduct(context.place, plan.provisionedProductId);
  if (plan === undefined || (product != null && !mayTouch(context.caller, product)))
    throw notFound(`Plan ${id} not found.`);
  return plan;
}

export const describeProvisionedProductPlan = reads(
  'DescribeProvisionedProductPlan',
  shapes.describePlan,
  (context, input) => {
    const plan = planById(context, input.PlanId);
    const { status, updatedAt } = statusOf(context, plan);
    const shown = status === 'CREATE_IN_PROGRESS' ? [] : plan.changes;
    const { page, next } = pageOf(shown, input, `plan/${plan.id}`);
    return {
      ProvisionedProductPlanDetails: {
        CreatedTime: seconds(plan.createdAt),
        PathId: plan.pathId,
        ProductId: plan.productId,
        PlanName: plan.name,
        PlanId: plan.id,
        ProvisionProductId: plan.provisionedProductId,
        ProvisionProductName: plan.provisionedProductName,
        PlanType: 'CLOUDFORMATION',
        ProvisioningArtifactId: plan.artifactId,
        Status: status,
        UpdatedTime: seconds(updatedAt),
        NotificationArns: plan.notificationArns,
        ProvisioningParameters: plan.parameters.map((item) => ({
          Key: item.key,
          Value: item.value ?? undefined,
          UsePreviousValue: item.usePrevious,
        })),
        Tags: plan.tags.map((tag) => ({ ...tag })),
        StatusMessage: status === 'CREATE_IN_PROGRESS' ? undefined : (plan.failure ?? undefined),
      },
      ResourceChanges: page,
      NextPageToken: next,
    };
  },
);

export const listProvisionedProductPlans = reads(
  'ListProvisionedProductPlans',
  shapes.listPlans,
  (context, input) => {
    const visible = visibleTo(context.caller, input.AccessLevelFilter, 'User');
    const wanted = input.ProvisionProductId;
    const plans = [...context.place.plans.values()].filter((plan) => {
      if (wanted !== undefined && plan.provisionedProductId !== wanted) return false;
      const product = currentProduct(context.place, plan.provisionedProductId);
      return product !== null && visible(product);
    });
    const { page, next } = pageOf(plans, input, `plans/${wanted ?? ''}`);
    return {
      ProvisionedProductPlans: page.map((plan) => ({
        PlanName: plan.name,
        PlanId: plan.id,
        ProvisionProductId: plan.provisionedProductId,
        ProvisionProductName: plan.provisionedProductName,
        PlanType: 'CLOUDFORMATION',
        ProvisioningArtifactId: plan.artifactId,
      })),
      NextPageToken: next,
    };
  },
);

const EXECUTE = 'ExecuteProvisionedProductPlan';

export const executeProvisionedProductPlan = writes(
  EXECUTE,
  shapes.executePlan,
  (context, input) => {
    const repeated = replayed(context, EXECUTE, input.IdempotencyToken, input);
    if (repeated !== null) return { RecordDetail: showRecord(repeated) };
    const plan = planById(context, input.PlanId);
    const { status } = statusOf(context, plan);
    if (status !== 'CREATE_SUCCESS')
      throw invalidState(`Plan ${plan.id} is in status ${status} and cannot be executed.`);
    const record = execute(context, plan);
    context.place.plans.set(plan.id, { ...plan, recordId: record.id });
    rememberToken(context, EXECUTE, input.IdempotencyToken, input, record.id);
    return { RecordDetail: showRecord(record) };
  },
);

function execute(context: Context, plan: Plan) {
  const { world, place } = context;
  const product = currentProduct(place, plan.provisionedProductId);
  if (product === null)
    throw notFound(`Provisioned product ${plan.provisionedProductId} not found.`);
  if (plan.statusBefore === null)
    return launch(context, product, plan.tags, {
      kind: 'provision',
      parameters: plan.parameters,
      tags: product.tags,
      notificationArns: plan.notificationArns,
      stackSet: null,
      before: before(product),
    });
  if (product.status === 'UNDER_CHANGE')
    throw invalidState(`The provisioned product ${product.id} is in status UNDER_CHANGE.`);
  const catalogProduct = resolveProduct(world, place.account, {
    kind: 'id',
    value: plan.productId,
  });
  const version = resolveVersion(catalogProduct, { kind: 'id', value: plan.artifactId });
  const wantedPath = { kind: 'id', value: plan.pathId } as const;
  const path = resolvePath(catalogProduct, context.caller, wantedPath);
  const own = tagsOf(product, plan.tags, path).filter((tag) => !isSystemTag(tag));
  return accept(
    context,
    { ...product, status: plan.statusBefore },
    { product: catalogProduct, version, path },
    {
      parameters: plan.parameters,
      tags: own,
      stackSet: null,
      requestTags: plan.tags,
      token: plan.token,
    },
  );
}

export const deleteProvisionedProductPlan = writes(
  'DeleteProvisionedProductPlan',
  shapes.deletePlan,
  (context, input) => {
    const { world, place, now } = context;
    const plan = planById(context, input.PlanId);
    const { status } = statusOf(context, plan);
    if (status === 'EXECUTE_IN_PROGRESS')
      throw invalidParameters(`Plan ${plan.id} is being executed.`);
    if (status === 'EXECUTE_FAILED' && input.IgnoreErrors !== true)
      throw validation(
        `Cannot delete ChangeSet in execution status EXECUTE_FAILED (Service: AmazonCloudFormation; Status Code: 400; Error Code: InvalidChangeSetStatus; Request ID: ${derivedUuid(plan.id)}; Proxy: null)`,
      );
    place.plans.delete(plan.id);
    const product = currentProduct(place, plan.provisionedProductId);
    if (product?.status === 'PLAN_IN_PROGRESS') {
      if (plan.statusBefore === null) removeProduct(world, place, product, now);
      else putProduct(world, place, { ...product, status: plan.statusBefore }, now);
    }
    return {};
  },
);
