import type { Stack as SdkStack } from '@aws-sdk/client-cloudformation';
import type { Stack, StackParameter } from '../domain/live.ts';
import type { Failure, Result, StackListing } from '../reconciler/ports/catalog.ts';
import { isoTime, optionalMessage, promised, promisedText, recordOf, tagsOf } from './answers.ts';
import type { Calls } from './calls.ts';
import { failure } from './errors.ts';
import { eachPage, type Page } from './paging.ts';

const OPERATION = 'DescribeStacks';

/** Up to this many are asked for one by one: a listing would rarely be cheaper. */
const FEW = 3;
const AT_ONCE = 8;
const MAX_PAGES = 1000;
/** So many refusals and no answer mean that this caller may read none of the stacks. */
const REFUSALS = 3;

/** CloudFormation shows this in place of a NoEcho value. */
const ASTERISKS = '****';

interface Reading {
  readonly found: Map<string, Stack>;
  readonly missing: Set<string>;
  failure: Failure | null;
}

/**
 * Reads the stacks that were asked for with at most one call more than one per stack: by the pages
 * of the whole region as long as they pay, then one by one. A stack counts as missing only when
 * CloudFormation says so to a question about that very stack. A deleted stack is found, by its ARN,
 * with status DELETE_COMPLETE, for as long as CloudFormation keeps it.
 */
export async function readStacks(
  calls: Calls,
  region: Result<string>,
  ids: ReadonlySet<string>,
): Promise<StackListing> {
  const reading: Reading = { found: new Map(), missing: new Set(), failure: null };
  if (region.kind === 'failed') return { ...reading, failure: region.failure };
  const open = new Set([...ids].filter((id) => isNear(id, region.value)));
  if (open.size < ids.size) {
    // Asked here, CloudFormation would say that they do not exist.
    const why = `${ids.size - open.size} of the stacks are not in ${region.value}`;
    reading.failure = failure('invalid', OPERATION, 'StackInOtherRegion', why);
  }
  if (open.size > FEW) await readPages(calls, open, reading);
  await readSingles(calls, [...open], reading);
  return reading;
}

function isNear(id: string, region: string): boolean {
  const [prefix, , service, regionOfArn] = id.split(':');
  return prefix !== 'arn' || service !== 'cloudformation' || regionOfArn === region;
}

/** Takes what it finds out of `open`. Stops when more pages would cost more than single questions. */
async function readPages(calls: Calls, open: Set<string>, reading: Reading): Promise<void> {
  const asked = open.size;
  let pages = 0;
  const trouble = await eachPage(
    OPERATION,
    MAX_PAGES,
    (token) => stackPage(calls, token === undefined ? {} : { NextToken: token }),
    (page) => {
      pages += 1;
      for (const stack of page.stacks) {
        const id = open.has(stack.id) ? stack.id : stack.name;
        if (open.delete(id)) reading.found.set(id, stack.view);
      }
      return open.size > 0 && asked - open.size >= pages ? 'more' : 'enough';
    },
  );
  // Rights may be given for the stacks of Service Catalog only: then single questions still work.
  if (trouble === null || trouble.kind === 'denied') return;
  reading.failure ??= trouble;
  open.clear();
}

async function readSingles(calls: Calls, ids: readonly string[], reading: Reading): Promise<void> {
  const queue = [...ids];
  let answered = 0;
  let refused = 0;
  const next = async (): Promise<void> => {
    const id = queue.shift();
    if (id === undefined) return;
    const result = await stackPage(calls, { StackName: id });
    const trouble = result.kind === 'failed' ? result.failure : keep(id, result.value, reading);
    if (trouble === null || trouble.kind === 'notFound') {
      if (trouble !== null) reading.missing.add(id);
      answered += 1;
      return;
    }
    reading.failure ??= trouble;
    if (trouble.kind === 'denied') refused += 1;
    const hopeless =
      PASSING_OR_GENERAL.has(trouble.kind) || (answered === 0 && refused >= REFUSALS);
    if (hopeless) queue.length = 0;
  };
  while (queue.length > 0 && answered === 0) await next();
  const worker = async (): Promise<void> => {
    while (queue.length > 0) await next();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** What one question met, the following will meet too. */
const PASSING_OR_GENERAL: ReadonlySet<Failure['kind']> = new Set([
  'throttled',
  'unsent',
  'unknown',
  'credentials',
]);

function keep(id: string, page: StackPage, reading: Reading): Failure | null {
  const [stack] = page.stacks;
  if (stack === undefined) {
    return failure('malformed', OPERATION, 'MalformedAnswer', `no stack in the answer about ${id}`);
  }
  reading.found.set(id, stack.view);
  return null;
}

interface StackPage extends Page {
  readonly stacks: readonly {
    readonly id: string;
    readonly name: string;
    readonly view: Stack;
  }[];
}

function stackPage(
  calls: Calls,
  input: { readonly StackName: string } | { readonly NextToken?: string },
): Promise<Result<StackPage>> {
  return calls.read('cloudFormation', OPERATION, async ({ client, sdk }, options) => {
    const page = await client.send(new sdk.DescribeStacksCommand(input), options);
    return {
      stacks: promised(page.Stacks, 'Stacks').map((stack) => {
        const view = stackView(stack);
        return { id: view.id, name: stack.StackName ?? '', view };
      }),
      next: page.NextToken,
    };
  });
}

function stackView(stack: SdkStack): Stack {
  return {
    id: promisedText(stack.StackId, 'the id of a stack'),
    status: promisedText(stack.StackStatus, 'the status of a stack'),
    statusReason: optionalMessage(stack.StackStatusReason),
    parameters: recordOf(stack.Parameters, (parameter) => [
      promisedText(parameter.ParameterKey, 'the key of a parameter'),
      stackParameter(parameter.ParameterValue ?? ''),
    ]),
    tags: tagsOf(stack.Tags),
    lastUpdated: isoTime(stack.LastUpdatedTime ?? stack.CreationTime, 'the time of a stack'),
  };
}

/** For a parameter of an SSM type this is the name in the store, which is what documents declare. */
export function stackParameter(value: string): StackParameter {
  return value === ASTERISKS ? { kind: 'noEcho' } : { kind: 'shown', value };
}
