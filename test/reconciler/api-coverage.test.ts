import { readFile } from 'node:fs/promises';
import * as sdk from '@aws-sdk/client-service-catalog';
import { describe, expect, it } from 'vitest';
import { loadDesired } from '../../src/desired/load.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { ANSWERS } from './api-answers.ts';
import { ACCOUNTS, type Case, type Operation, REGIONS, type Refused } from './api-row.ts';
import { ROWS } from './api-rows.ts';
import { type Incarnation, TARGET, type Wish, World } from './world.ts';

const common = { Nudge: { default: '0' } };
const seed: SeedInput = {
  timing: { accepted: '10s', running: '10s', remediation: '60s', properties: '2s' },
  products: [
    {
      name: 'network',
      id: 'prod-net',
      paths: [
        { portfolio: 'platform', id: 'lpv3-a', tagUpdate: 'allowed' },
        { portfolio: 'shared', id: 'lpv3-b', tagUpdate: 'allowed' },
      ],
      versions: [
        {
          name: 'v1',
          id: 'pa-1',
          parameters: { ...common, Size: { default: 's', maxLength: 5 }, Extra: { default: 'e' } },
          failsWhen: [{ parameter: 'Nudge', value: 'bad', message: 'No more addresses.' }],
        },
        {
          name: 'v2',
          id: 'pa-2',
          parameters: { ...common, Size: { default: 's' }, New: { default: 'n' } },
        },
        { name: 'twice', id: 'pa-3', parameters: common },
        { name: 'twice', id: 'pa-4', parameters: common },
      ],
    },
    {
      name: 'other',
      id: 'prod-other',
      paths: [{ portfolio: 'platform', tagUpdate: 'allowed' }],
      versions: [{ name: 'v1', id: 'pa-other', parameters: common }],
    },
    {
      name: 'guard',
      id: 'prod-guard',
      kind: 'CFN_STACKSET',
      paths: [{ portfolio: 'platform', stackSet: { accounts: ACCOUNTS, regions: REGIONS } }],
      versions: [{ name: 'v1', id: 'pa-g', parameters: common }],
    },
  ],
  provisionedProducts: [
    ...['net', 'net-b'].map((name) => ({
      name,
      id: `pp-${name}`,
      product: 'network',
      version: 'v1',
      path: 'platform',
      tags: { foreign: 'f' },
    })),
    { name: 'set', id: 'pp-set', product: 'guard', version: 'v1' },
  ],
};

const wishOf = ({ name = 'net', spec }: Case | Refused): Wish => ({ name, spec });

/** What a document leads to: the requests of this operation that are made for it. */
async function play(world: World, trueup: Incarnation, operation: Operation, step: Case) {
  const before = world.writes().length;
  world.wish([wishOf(step)], `r${before}`);
  await trueup.converge();
  return world
    .writes()
    .slice(before)
    .filter((call) => call.operation === operation)
    .map((call) => call.input as Readonly<Record<string, unknown>>);
}

function check(requests: readonly Readonly<Record<string, unknown>>[], step: Case) {
  if (step.nothing === true) return expect(requests).toEqual([]);
  const [request] = requests;
  expect(requests).toHaveLength(1);
  for (const [member, value] of Object.entries(step.sent ?? {})) {
    if (value instanceof RegExp) expect(request?.[member]).toMatch(value);
    else if (member === 'ProvisioningParameters')
      expect(request?.[member]).toEqual(expect.arrayContaining([...(value as unknown[])]));
    else expect(request?.[member]).toEqual(value);
  }
  for (const member of step.without ?? []) expect(request).not.toHaveProperty(member);
}

/** The codes by which a document is refused: when it is read, or in the plan. */
async function refusal({ name = 'net', spec }: Refused): Promise<readonly string[]> {
  const metadata = name === '' ? {} : { name };
  const document = { apiVersion: 'trueup/v1', kind: 'ProvisionedProduct', metadata, spec };
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const options = { targets: [{ name: TARGET }], defaultTarget: TARGET };
  const { problems } = loadDesired([{ path: 'a.json', bytes }], options);
  if (problems.length > 0) return problems.map(({ code }) => code);
  const world = await World.create({ seed }, [{ name, spec }]);
  const trueup = await world.start();
  const review = await trueup.converge();
  expect(world.writes()).toEqual([]);
  const [evaluation] = review.kind === 'ok' ? [...review.evaluations.values()] : [];
  const verdict = evaluation?.change.verdict;
  return verdict?.kind === 'refused' ? verdict.problems.map(({ code }) => code) : [];
}

describe('request fields', () => {
  it.each(ROWS.map((row) => [`${row.operation} ${row.field}`, row] as const))(
    '%s: set, changed, removed, invalid',
    async (_name, { operation, set, changed, removed, invalid }) => {
      const world = await World.create({ seed }, [wishOf({ ...set, spec: {} })]);
      const trueup = await world.start();
      if (set.spec.provisionedProductId === undefined) await trueup.converge();
      const first = await play(world, trueup, operation, set);
      check(first, set);
      const second = await play(world, trueup, operation, changed);
      check(second, changed);
      const [one, two] = [first, second].map(([request]) => request?.UpdateToken);
      if (one !== undefined && two !== undefined) expect(two).not.toBe(one);
      if ('code' in removed) expect(await refusal(removed)).toContain(removed.code);
      else check(await play(world, trueup, operation, removed), removed);
      expect(await refusal(invalid)).toContain(invalid.code);
    },
  );

  it('are all in the table', () => {
    const rows = (operation: Operation) =>
      ROWS.filter((row) => row.operation === operation).map(({ field }) => field);
    const nested: Readonly<Record<string, readonly string[]>> = {
      ProvisioningParameters: members(sdk.UpdateProvisioningParameter$),
      ProvisioningPreferences: members(sdk.UpdateProvisioningPreferences$),
      Tags: members(sdk.Tag$),
      ProvisionedProductProperties: ['OWNER', 'LAUNCH_ROLE'],
    };
    const flat = (schema: unknown) =>
      members(schema).flatMap((field) =>
        (nested[field] ?? ['']).map((inner) => (inner === '' ? field : `${field}.${inner}`)),
      );
    expect(rows('UpdateProvisionedProduct').toSorted()).toEqual(
      flat(sdk.UpdateProvisionedProductInput$).toSorted(),
    );
    expect(rows('UpdateProvisionedProductProperties').toSorted()).toEqual(
      flat(sdk.UpdateProvisionedProductPropertiesInput$).toSorted(),
    );
  });
});

/** Names of members, from the schema that the SDK itself uses. */
function members(schema: unknown): readonly string[] {
  const names: unknown = Array.isArray(schema) ? schema[4] : undefined;
  if (!Array.isArray(names)) throw new Error('the SDK keeps its schemas in another form');
  return names.map(String);
}

describe('answers', () => {
  it('are all in the table', () => {
    const of = (kind: string) => ANSWERS.filter((row) => row.of === kind).map(({ field }) => field);
    expect(of('RecordDetail').toSorted()).toEqual(members(sdk.RecordDetail$).toSorted());
    expect(of('properties').toSorted()).toEqual(
      members(sdk.UpdateProvisionedProductPropertiesOutput$).toSorted(),
    );
  });

  it('name tests that are there', async () => {
    const here = await readFile(new URL(import.meta.url), 'utf8');
    const fields = ROWS.map(({ field }) => field);
    const isThere = async (test: string) => {
      const source = await readFile(new URL(`../../${test}`, import.meta.url), 'utf8').catch(
        () => '',
      );
      return source.includes('expect(') || fields.includes(test) || here.includes(test);
    };
    for (const { field, test } of ANSWERS) expect(await isThere(test), field).toBe(true);
  });

  it.each([
    ['1', ['CREATED', 'IN_PROGRESS', 'SUCCEEDED']],
    ['bad', ['CREATED', 'IN_PROGRESS', 'IN_PROGRESS_IN_ERROR', 'FAILED']],
  ])('shows every status of a record that carries %s', async (value, statuses) => {
    const world = await World.create({ seed }, [
      { name: 'net', spec: { provisioningParameters: { Nudge: value } } },
    ]);
    const trueup = await world.start();
    await trueup.reconcile();
    const seen: (string | null)[] = [];
    for (let second = 0; second < 180; second++) {
      await world.clock.pass(1_000);
      const status = world.statusOf(trueup, 'net')?.recordStatus ?? null;
      if (status !== null && seen.at(-1) !== status) seen.push(status);
    }
    const [record] = world.events('update.accepted').map(({ fields }) => fields.record);
    expect(seen.filter((status) => status !== 'IN_PROGRESS')).toEqual(
      statuses.filter((status) => status !== 'IN_PROGRESS'),
    );
    expect(seen).toContain('IN_PROGRESS');
    expect(world.statusOf(trueup, 'net')?.recordId).toBe(record);
    if (value !== 'bad') return;
    expect(world.events('record.failing')).toHaveLength(1);
    expect(world.statusOf(trueup, 'net')?.message).toBe('No more addresses.');
  });

  it.each([
    ['InvalidParametersException', 'RequestRefused'],
    ['ResourceNotFoundException', 'RequestRefused'],
    // A state conflict passes by itself: it is tried again, and nobody has to do anything.
    ['InvalidStateException', 'Retrying'],
    ['ValidationException', 'RequestRefused'],
    ['AccessDeniedException', 'AccessDenied'],
  ])("%s of either call: %s, in AWS's own words", async (code, reason) => {
    for (const [operation, spec] of [
      ['UpdateProvisionedProduct', { provisioningParameters: { Nudge: '1' } }],
      [
        'UpdateProvisionedProductProperties',
        { properties: { owner: 'arn:aws:iam::111122223333:role/a' } },
      ],
    ] as const) {
      const world = await World.create({ seed }, [{ name: 'net', spec }]);
      const message = 'the words of AWS';
      world.service.admin.addFault({ operation, effect: { kind: 'error', code, message } });
      const trueup = await world.start();
      await trueup.reconcile();
      await world.clock.pass(90_000);
      const status = world.statusOf(trueup, 'net');
      const condition = reason === 'Retrying' ? 'Reconciling' : 'Stalled';
      expect(status, operation).toMatchObject({ condition, reason });
      expect(status?.message).toContain(message);
      if (condition === 'Stalled') expect(status?.next).toMatch(/\S/);
    }
  });
});

it('docs/api-coverage.md says the same', async () => {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const requests = (operation: Operation) =>
    ROWS.filter((row) => row.operation === operation).map(({ field, document, words }) =>
      line([`\`${field}\``, document, ...words, `\`${operation} ${field}\``]),
    );
  const answers = (of: string) =>
    ANSWERS.filter((row) => row.of === of).map(({ field, seen, test }) =>
      line([`\`${field}\``, seen, test]),
    );
  const head = [
    '| request field | in the document | set | changed | removed | invalid | test |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ];
  const answerHead = ['| field | what a person sees | test |', '| --- | --- | --- |'];
  const text = [
    '# The two API calls, field by field',
    '',
    'Written from `test/reconciler/api-rows.ts`, which the tests of `test/reconciler/api-coverage.test.ts`',
    "play one by one. The SDK's own list of members proves that none is missing.",
    '',
    '## UpdateProvisionedProduct',
    '',
    ...head,
    ...requests('UpdateProvisionedProduct'),
    '',
    '## UpdateProvisionedProductProperties',
    '',
    ...head,
    ...requests('UpdateProvisionedProductProperties'),
    '',
    '## What comes back: RecordDetail',
    '',
    ...answerHead,
    ...answers('RecordDetail'),
    '',
    '## What UpdateProvisionedProductProperties returns',
    '',
    ...answerHead,
    ...answers('properties'),
    '',
    '## Declared errors',
    '',
    "Every other error is told in AWS's own words as well; `docs/errors.md` says how each is classified.",
    '',
    ...answerHead,
    ...answers('error'),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../../docs/api-coverage.md');
});
