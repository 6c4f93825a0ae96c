import type { StackSet as SdkStackSet } from '@aws-sdk/client-cloudformation';
import type { ProvisionedProductId } from '../domain/ids.ts';
import type { Stack, StackInstance } from '../domain/live.ts';
import type { Catalog, Result } from '../reconciler/ports/catalog.ts';
import { promised, promisedText, recordOf, tagsOf } from './answers.ts';
import { type Calls, failed } from './calls.ts';
import { eachPage } from './paging.ts';
import { stackParameter } from './stacks.ts';

const PAGE_SIZE = 20;
const MAX_PAGES = 5_000;

type StackSets = Pick<Catalog, 'stackSet' | 'stackInstances'>;

/** What there is to read of stack sets: the set in CloudFormation, its instances in Service Catalog. */
export function stackSets(calls: Calls): StackSets {
  return {
    stackSet: (id) => stackSet(calls, id),
    stackInstances: (id) => stackInstances(calls, id),
  };
}

/** The physical id is an ARN, a name or a name with an id; CloudFormation takes name and id. */
function nameOf(physicalId: string): string {
  return (
    /^arn:[^:]*:cloudformation:[^:]*:[^:]*:stackset\/(.+)$/.exec(physicalId)?.[1] ?? physicalId
  );
}

async function stackSet(calls: Calls, physicalId: string): Promise<Result<Stack | null>> {
  const input = { StackSetName: nameOf(physicalId) };
  const result = await calls.read(
    'cloudFormation',
    'DescribeStackSet',
    async ({ client, sdk }, options) => {
      const answer = await client.send(new sdk.DescribeStackSetCommand(input), options);
      return stackSetView(promised(answer.StackSet, 'StackSet'));
    },
  );
  const gone = result.kind === 'failed' && result.failure.kind === 'notFound';
  return gone ? { kind: 'ok', value: null } : result;
}

function stackSetView(set: SdkStackSet): Stack {
  return {
    id: promisedText(set.StackSetId, 'the id of a stack set'),
    status: promisedText(set.Status, 'the status of a stack set'),
    statusReason: null,
    parameters: recordOf(set.Parameters, (parameter) => [
      promisedText(parameter.ParameterKey, 'the key of a parameter'),
      stackParameter(parameter.ParameterValue ?? ''),
    ]),
    tags: tagsOf(set.Tags),
    lastUpdated: null,
  };
}

async function stackInstances(
  calls: Calls,
  id: ProvisionedProductId,
): Promise<Result<readonly StackInstance[]>> {
  const found: StackInstance[] = [];
  const trouble = await eachPage(
    'ListStackInstancesForProvisionedProduct',
    MAX_PAGES,
    (token) => instancePage(calls, id, token),
    (page) => {
      found.push(...page.instances);
      return 'more';
    },
  );
  return trouble === null ? { kind: 'ok', value: found } : failed(trouble);
}

function instancePage(calls: Calls, id: ProvisionedProductId, token: string | undefined) {
  const operation = 'ListStackInstancesForProvisionedProduct';
  const input = {
    ProvisionedProductId: id,
    PageSize: PAGE_SIZE,
    ...(token === undefined ? {} : { PageToken: token }),
  };
  return calls.read('serviceCatalog', operation, async ({ client, sdk }, options) => {
    const command = new sdk.ListStackInstancesForProvisionedProductCommand(input);
    const page = await client.send(command, options);
    return {
      instances: promised(page.StackInstances, 'StackInstances').map((instance) => ({
        account: promisedText(instance.Account, 'the account of a stack instance'),
        region: promisedText(instance.Region, 'the region of a stack instance'),
        status: promisedText(instance.StackInstanceStatus, 'the status of a stack instance'),
      })),
      next: page.NextPageToken,
    };
  });
}
