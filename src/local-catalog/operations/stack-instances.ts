import { mayTouch } from '../access.ts';
import { invalidParameters, notFound } from '../aws-error.ts';
import { stackSetOf } from '../engine-stack-set.ts';
import { reads } from '../operation.ts';
import { pageOf } from '../paging.ts';
import * as shapes from '../shapes/service-catalog.ts';
import { currentProduct } from '../state.ts';

/** Where a stack-set product stands, and whether each instance has the latest. */
export const listStackInstancesForProvisionedProduct = reads(
  'ListStackInstancesForProvisionedProduct',
  shapes.listStackInstances,
  (context, input) => {
    const product = currentProduct(context.place, input.ProvisionedProductId);
    if (product === null || !mayTouch(context.caller, product))
      throw notFound(`Provisioned product ${input.ProvisionedProductId} not found.`);
    if (product.kind !== 'CFN_STACKSET')
      throw invalidParameters(`${product.id} is not of type CFN_STACKSET.`);
    const instances = stackSetOf(context.place, product)?.instances ?? [];
    const { page, next } = pageOf(instances, input, `instances/${product.id}`);
    return {
      StackInstances: page.map((instance) => ({
        Account: instance.account,
        Region: instance.region,
        StackInstanceStatus: instance.status,
      })),
      NextPageToken: next,
    };
  },
);
