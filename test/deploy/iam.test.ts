import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProductKey } from '../../src/domain/ids.ts';
import type { LoggedCall } from '../../src/local-catalog/call-log.ts';
import { derivedUuid } from '../../src/local-catalog/ids.ts';
import type { CallerInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import { Desk, documentYaml } from '../e2e/support.ts';
import { ACCOUNT, REGION, type Wish, World } from '../reconciler/world.ts';
import { networkSpec } from '../support/network.ts';

/** What AWS asks for beside the action that bears the name of the call. */
const ASKED_BESIDES: Readonly<Record<string, readonly string[]>> = {
  // "The caller needs GetTemplate and DescribeStacks" (API reference of the call).
  'servicecatalog:ImportAsProvisionedProduct': ['cloudformation:GetTemplate'],
  'secretsmanager:BatchGetSecretValue': ['secretsmanager:GetSecretValue'],
};

interface Policy {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: string;
    readonly Action: readonly string[];
    readonly Resource: unknown;
  }[];
}

const policyOf = (name: string): Policy =>
  JSON.parse(readFileSync(new URL(`../../deploy/iam/${name}.json`, import.meta.url), 'utf8'));
const actionsOf = (name: string) => policyOf(name).Statement.flatMap(({ Action }) => Action);

const actionOf = ({ service, operation }: LoggedCall) => `${service}:${operation}`;

/** The calls as the actions that AWS asks for, each once. */
function actionsFor(calls: readonly LoggedCall[]): readonly string[] {
  const own = new Set(calls.map(actionOf));
  return [...new Set([...own].flatMap((one) => [one, ...(ASKED_BESIDES[one] ?? [])]))].toSorted();
}

const refusals = (calls: readonly LoggedCall[]) =>
  calls.filter(({ result }) => result.startsWith('AccessDenied')).map(actionOf);

/** Whoever signs with this key has the rights of a policy file, and no other. */
const callerOf = (policy: string, accessKeyId: string): CallerInput => ({
  name: policy,
  accessKeyId,
  arn: `arn:aws:iam::${ACCOUNT}:role/trueup-${policy}`,
  allow: actionsOf(policy),
});

const LAUNCH = `arn:aws:iam::${ACCOUNT}:role/launch`;
const stackArn = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/loose/${derivedUuid(`${ACCOUNT}/${REGION}`, 'loose', 'seed')}`;

const QUICK = { accepted: '50ms', running: '100ms', remediation: '50ms' };

const seedFor = (caller: CallerInput, timing: SeedInput['timing'] = QUICK): SeedInput => ({
  account: ACCOUNT,
  region: REGION,
  timing,
  callers: [caller],
  products: [
    {
      name: 'network',
      paths: [{ portfolio: 'platform', tagUpdate: 'allowed' }],
      versions: [
        { name: 'v1', parameters: { Cidr: {}, Password: { noEcho: true, default: 'none' } } },
      ],
    },
    {
      name: 'guard',
      kind: 'CFN_STACKSET',
      paths: [{ portfolio: 'platform', stackSet: { accounts: [ACCOUNT], regions: [REGION] } }],
      versions: [{ name: 'v1', parameters: { Level: {} } }],
    },
    { name: 'hidden', paths: [], versions: [{ name: 'v1', parameters: {} }] },
  ],
  provisionedProducts: [
    ...['net-a', 'net-b', 'net-c'].map((name) => ({
      name,
      product: 'network',
      version: 'v1',
      parameters: { Cidr: 'A', Password: 'p' },
    })),
    { name: 'set', product: 'guard', version: 'v1', parameters: { Level: 'low' } },
  ],
  stacks: [{ name: 'loose', product: 'network', version: 'v1', parameters: { Cidr: 'A' } }],
  secrets: [{ name: 'prod/db', value: 'secret-value-one' }],
  parameterStore: [{ name: '/prod/cidr', value: 'B', type: 'SecureString' }],
});

const secret = (more: object = {}) => ({
  valueFrom: { secretsManager: { secretId: 'prod/db', ...more } },
});

/** One document for every right that the program can make use of. */
const WISHES: readonly Wish[] = [
  {
    name: 'net-a',
    spec: networkSpec(
      { Cidr: { valueFrom: { ssmParameter: '/prod/cidr' } }, Password: secret() },
      { properties: { launchRole: LAUNCH, owner: `${LAUNCH}-owner` }, pathName: 'platform' },
    ),
  },
  {
    name: 'net-b',
    spec: networkSpec({ Cidr: 'B', Password: secret({ version: 'AWSCURRENT' }) }),
  },
  { name: 'net-c', spec: networkSpec({ Cidr: 'ours' }, { reconcile: { prune: 'terminate' } }) },
  { name: 'net-new', spec: networkSpec({ Cidr: 'N' }, { reconcile: { onMissing: 'provision' } }) },
  { name: 'net-loose', spec: networkSpec({ Cidr: 'A' }, { reconcile: { adopt: { stackArn } } }) },
  {
    name: 'set',
    spec: {
      productName: 'guard',
      provisioningParameters: { Level: 'high' },
      provisioningPreferences: { stackSetAccounts: [ACCOUNT], stackSetRegions: [REGION] },
    },
  },
  {
    name: 'net-hidden',
    spec: {
      productName: 'hidden',
      provisioningArtifactName: 'v1',
      reconcile: { onMissing: 'provision' },
    },
  },
];

/** `plan`, the program itself, by a caller with the rights of plan.json. */
async function planned(): Promise<readonly LoggedCall[]> {
  await using desk = await Desk.open(seedFor(callerOf('plan', 'PLANNER')));
  for (const { name, spec } of WISHES) await desk.write(`desired/${name}.json`, jsonOf(name, spec));
  await desk.write('trueup.yaml', 'values: {secretsManager: [prod/], ssmParameters: [/prod/]}\n');
  const env = { AWS_ACCESS_KEY_ID: 'PLANNER' };
  const ended = await desk.run(['plan', 'desired', '--account', ACCOUNT], env);
  expect(refusals(desk.catalog.admin.calls())).toEqual([]);
  expect(ended.out).toMatch(/to update.*to provision.*to import/);
  // One whose last operation failed: what it runs is told by the record of the one before.
  desk.catalog.admin.addFault({
    operation: 'UpdateProvisionedProduct',
    count: 1,
    effect: { kind: 'recordFails', message: 'No more addresses.' },
  });
  await desk.write('one/net-b.yaml', documentYaml('net-b', 'provisioningParameters: {Cidr: C}'));
  const quick = ['--account', ACCOUNT, '--yes', '--timeout', '30s'];
  await desk.run(['apply', 'one', ...quick]);
  const before = desk.catalog.admin.calls().length;
  const again = await desk.run(['plan', 'one', '--account', ACCOUNT, '--journal', 'other.db'], env);
  expect(again.out).toContain('net-b');
  const calls = desk.catalog.admin.calls();
  return calls.filter(({ caller }, index) => index >= before || caller.includes('plan'));
}

const jsonOf = (name: string, spec: object) =>
  JSON.stringify({ apiVersion: 'trueup/v1', kind: 'ProvisionedProduct', metadata: { name }, spec });

/** Everything that may be changed, by a caller with the rights of apply.json. */
async function applied(): Promise<readonly LoggedCall[]> {
  const world = await World.create(
    { seed: seedFor(callerOf('apply', 'AKIALOCAL'), { accepted: '1s', running: '5s' }) },
    WISHES,
  );
  const { admin } = world.service;
  // A lost reply is settled by the history of the provisioned product.
  admin.addFault({
    operation: 'UpdateProvisionedProduct',
    count: 1,
    effect: { kind: 'lostReply' },
  });
  const trueup = await world.start();
  for (let look = 0; look < 4; look += 1) {
    await trueup.converge();
    await world.clock.pass(120_000);
  }
  // A version that is not the current one is asked for by itself.
  await admin.setSecret('prod/db', 'secret-value-two');
  const former = networkSpec({ Cidr: 'C', Password: secret({ version: 'AWSPREVIOUS' }) });
  world.wish([
    ...WISHES.filter(({ name }) => name !== 'net-b' && name !== 'net-c'),
    { name: 'net-b', spec: former },
  ]);
  await trueup.converge();
  await world.clock.pass(11 * 60_000);
  await trueup.converge();
  expect(admin.names()).toEqual(expect.arrayContaining(['net-new', 'net-loose']));
  expect(admin.names()).not.toContain('net-c');
  expect(admin.calls('GetSecretValue').length).toBeGreaterThan(0);
  expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
  expect(trueup.board.get(trueup.reconciler.name, 'name:set' as ProductKey)?.condition).toBe(
    'Ready',
  );
  return admin.calls();
}

/** `apply`, the program itself: what only its composition calls. */
async function appliedByProgram(): Promise<readonly LoggedCall[]> {
  await using desk = await Desk.open(seedFor(callerOf('apply', 'APPLIER')));
  await desk.write('desired/net-a.json', jsonOf('net-a', networkSpec({ Cidr: 'B' })));
  const args = ['apply', 'desired', '--yes', '--account', ACCOUNT];
  const ended = await desk.run(args, { AWS_ACCESS_KEY_ID: 'APPLIER' });
  expect(ended, ended.err).toMatchObject({ code: 0 });
  return desk.catalog.admin.calls();
}

describe('the least rights', () => {
  let plan: readonly LoggedCall[] = [];
  let apply: readonly LoggedCall[] = [];
  beforeAll(async () => {
    plan = await planned();
    apply = [...(await applied()), ...(await appliedByProgram())];
  }, 60_000);

  it('for plan: every call is in plan.json, and nothing else is', () => {
    expect(refusals(plan)).toEqual([]);
    expect(actionsFor(plan)).toEqual(actionsOf('plan').toSorted());
  });

  it('for apply and run: every call is in apply.json, and nothing else is', () => {
    expect(refusals(apply)).toEqual([]);
    expect(actionsFor(apply)).toEqual(actionsOf('apply').toSorted());
  });

  it('cover every call that the program knows of', () => {
    const files = ['provisioned-products', 'products', 'stacks', 'stack-sets', 'records', 'send'];
    const stores = ['identity', 'secrets-manager', 'parameter-store'];
    const source = [...files, ...stores]
      .map((file) => readFileSync(new URL(`../../src/aws/${file}.ts`, import.meta.url), 'utf8'))
      .join('\n');
    const known = [...source.matchAll(/new (?:\w+\.)?(\w+)Command\(/g)].map(([, name]) => name);
    const allowed = actionsOf('apply').map((action) => action.split(':')[1]);
    expect(known.length).toBeGreaterThan(20);
    expect(allowed).toEqual(expect.arrayContaining(known));
  });

  it('for plan change nothing, and are all needed for apply', () => {
    const changing =
      /:(Update|Provision|Terminate|Import|Create|Delete|Put|BatchGet|GetSecretValue)/;
    expect(actionsOf('plan').filter((action) => changing.test(action))).toEqual([]);
    expect(actionsOf('apply')).toEqual(expect.arrayContaining([...actionsOf('plan')]));
  });

  it.each(['plan', 'apply', 'assume-targets'])(
    '%s.json names whole actions only, each once',
    (name) => {
      const { Version, Statement } = policyOf(name);
      expect(Version).toBe('2012-10-17');
      const actions = Statement.flatMap(({ Action }) => Action);
      expect(new Set(actions).size).toBe(actions.length);
      for (const { Sid, Effect, Action } of Statement) {
        expect(Sid).toMatch(/^[A-Za-z0-9]+$/);
        expect(Effect).toBe('Allow');
        for (const action of Action) expect(action).toMatch(/^[a-z]+:[A-Za-z]+$/);
      }
    },
  );

  it('for targets with a role: that role is assumed, and nothing else is done with the own rights', async () => {
    const target = callerOf('plan', 'UNUSED');
    const own: CallerInput = {
      name: 'daemon',
      accessKeyId: 'DAEMON',
      arn: `arn:aws:iam::${ACCOUNT}:role/daemon`,
      allow: actionsOf('assume-targets'),
    };
    await using desk = await Desk.open({ ...seedFor(target), callers: [target, own] });
    await desk.write('desired/net-a.json', jsonOf('net-a', networkSpec({ Cidr: 'B' })));
    await desk.write(
      'trueup.yaml',
      `targets: [{name: default, accountId: "${ACCOUNT}", region: ${REGION}, roleArn: "${target.arn}"}]\n`,
    );
    const ended = await desk.run(['plan', 'desired'], { AWS_ACCESS_KEY_ID: 'DAEMON' });
    expect(ended.out, ended.err).toContain('1 to update');
    const mine = desk.catalog.admin.calls().filter(({ caller }) => caller.includes('daemon'));
    expect([...new Set(mine.map(actionOf))]).toEqual(actionsOf('assume-targets'));
  });
});
