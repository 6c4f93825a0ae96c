import type { Stack as SdkStack } from '@aws-sdk/client-cloudformation';
import type { Stack, StackParameter } from '../domain/live.ts';
import type { Failure, Result, StackListing } from '../reconciler/ports/catalog.ts';
import { isoTime, optionalMessage, promised, promisedText, recordOf, tagsOf } from './answers.ts';
import type { Calls } from './calls.ts';
import type { Denials } from './denials.ts';
import { failure } from './errors.ts';
import { eachPage, type Page } from './paging.ts';

const OPERATION = 'DescribeStacks';

/** Up to this many are asked for one by one: a listing would rarely be cheaper. */
const FEW = 3;
const AT_ONCE = 8;
const MAX_PAGES = 1000;
/** So many of the stacks that were denied before are asked about again. */
const AGAIN = 3;

/** CloudFormation shows this in place of a NoEcho value. */
const ASTERISKS = '****';

interface Asking {
  readonly calls: Calls;
  readonly denials: Denials;
}

interface Reading {
  readonly found: Map<string, Stack>;
  readonly missing: Set<string>;
  readonly denied: Map<string, Failure>;
  failure: Failure | null;
}

/**
 * Reads the stacks that were asked for with at most one call more than one per stack: by the pages
 * of the whole region as long as they pay, then one by one. A stack counts as missing only when
 * CloudFormation says so to a question about that very stack, and so does one count as denied. A
 * deleted stack is found, by its ARN, with status DELETE_COMPLETE, for as long as CloudFormation keeps it.
 */
export async function readStacks(
  asking: Asking,
  region: Result<string>,
  ids: ReadonlySet<string>,
): Promise<StackListing> {
  const reading: Reading = {
    found: new Map(),
    missing: new Set(),
    denied: new Map(),
    failure: null,
  };
  if (region.kind === 'failed') return { ...reading, failure: region.failure };
  const open = new Set([...ids].filter((id) => isNear(id, region.value)));
  if (open.size < ids.size) {
    // Asked here, CloudFormation would say that they do not exist.
    const why = `${ids.size - open.size} of the stacks are not in ${region.value}`;
    reading.failure = failure('invalid', OPERATION, 'StackInOtherRegion', why);
  }
  if (open.size > FEW) await readPages(asking.calls, open, reading);
  for (const id of reading.found.keys()) asking.denials.lift(id);
  await readSingles(asking, open, reading);
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

/**
 * Of the stacks that were denied before only a few are asked about again: while these are denied
 * still, so are the others, each by its own answer of then.
 */
async function readSingles(
  asking: Asking,
  open: ReadonlySet<string>,
  reading: Reading,
): Promise<void> {
  const before = asking.denials.among(open);
  const again = [...before.keys()].slice(0, AGAIN);
  const others = [...before].slice(AGAIN);
  const unknown = [...open].filter((id) => !before.has(id));
  const end = await askEach(asking, [...again, ...unknown], reading);
  if (end === 'stopped') return;
  if (again.every((id) => reading.denied.has(id)))
    for (const [id, answer] of others) reading.denied.set(id, answer);
  else
    await askEach(
      asking,
      others.map(([id]) => id),
      reading,
    );
}

/** Stops at what the following would meet too: what was not asked about by then stays unread. */
async function askEach(
  asking: Asking,
  ids: readonly string[],
  reading: Reading,
): Promise<'done' | 'stopped'> {
  const queue = [...ids];
  let end: 'done' | 'stopped' = 'done';
  let answered = false;
  const next = async (): Promise<void> => {
    const id = queue.shift();
    if (id === undefined) return;
    const trouble = await ask(asking, id, reading);
    if (trouble === null) answered = true;
    else reading.failure ??= trouble;
    if (trouble === null || !PASSING_OR_GENERAL.has(trouble.kind)) return;
    end = 'stopped';
    queue.length = 0;
  };
  while (queue.length > 0 && !answered) await next();
  const worker = async (): Promise<void> => {
    while (queue.length > 0) await next();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return end;
}

/** Asks about one stack. Returns why no answer came; null: found, missing or denied. */
async function ask(asking: Asking, id: string, reading: Reading): Promise<Failure | null> {
  const { calls, denials } = asking;
  const result = await stackPage(calls, { StackName: id });
  const trouble = result.kind === 'failed' ? result.failure : keep(id, result.value, reading);
  if (trouble?.kind === 'denied') {
    reading.denied.set(id, trouble);
    denials.keep(id, trouble);
    return null;
  }
  if (trouble !== null && trouble.kind !== 'notFound') return trouble;
  if (trouble !== null) reading.missing.add(id);
  denials.lift(id);
  return null;
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
