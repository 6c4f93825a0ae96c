import { describe, expect, it } from 'vitest';
import { networks } from '../support/network.ts';
import { type Wish, World } from './world.ts';

const parameters = { Cidr: {}, Mode: { default: 'm' } };
const version = (name: string, day: string, more = {}) => ({
  name,
  createdAt: `2026-01-${day}T00:00:00Z`,
  parameters,
  ...more,
});

const parts = {
  tagUpdate: 'allowed',
  names: ['net-a', 'net-b', 'net-c'],
  live: { Cidr: 'A', Mode: 'm' },
  tags: { team: 'a', seen: 'yesterday' },
} as const;
const seed = networks({
  ...parts,
  versions: [
    version('v1.4.0', '01'),
    version('v1.5.0', '02'),
    version('v1.10.0', '03'),
    version('v1.11.0', '04', { guidance: 'DEPRECATED' }),
    version('v1.12.0', '05', { active: false }),
    version('2.0.0', '06'),
    version('nightly', '07'),
  ],
});

const wish = (
  name: string,
  rule: Readonly<Record<string, unknown>>,
  reconcile: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Wish => ({
  name,
  spec: { productName: 'network', provisioningArtifact: rule, reconcile, ...more },
});

const runs = (world: World, name = 'net-a') => world.service.admin.product(name)?.versionName;

describe('a version by rule', () => {
  it.each([
    [{ semver: '^1.4' }, 'v1.10.0'],
    [{ semver: '~1.5' }, 'v1.5.0'],
    [{ semver: '>=1' }, '2.0.0'],
    [{ latest: true }, 'nightly'],
  ])('%j finds %s among active versions that are not deprecated', async (rule, name) => {
    const world = await World.create({ seed }, [wish('net-a', rule)]);
    const trueup = await world.start();
    const review = await trueup.converge();
    if (review.kind !== 'ok') throw new Error(review.why);
    const [evaluation] = [...review.evaluations.values()];
    const shown = evaluation?.change.differences.find(({ label }) => label === 'version');
    const said = 'latest' in rule ? 'latest' : `semver ${rule.semver}`;
    expect(shown).toMatchObject({
      live: { text: 'v1.4.0' },
      desired: { text: `${name} (${said})` },
    });
    expect(runs(world)).toBe(name);
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'InSync' });
  });

  it('that finds nothing is refused with what there is', async () => {
    const world = await World.create({ seed }, [wish('net-a', { semver: '^9' })]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(0);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Stalled',
      message: expect.stringContaining('semver ^9'),
    });
  });

  it('costs one listing for each distinct product, in a pass with and without changes', async () => {
    const world = await World.create({ seed }, [
      wish('net-a', { semver: '^1.4' }),
      wish('net-b', { latest: true }),
      wish('net-c', { semver: '1.4.0' }),
    ]);
    const trueup = await world.start();
    await trueup.reconcile();
    expect(world.service.admin.calls('ListProvisioningArtifacts')).toHaveLength(1);
    await trueup.converge();
    const before = world.service.admin.calls('ListProvisioningArtifacts').length;
    await trueup.converge();
    expect(world.service.admin.calls('ListProvisioningArtifacts')).toHaveLength(before + 1);
  });
});

/** A rule is in effect, and a newer version that it will find. */
async function published(
  reconcile: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
) {
  const world = await World.create({ seed }, [wish('net-a', { semver: '^1.4' }, reconcile, more)]);
  world.unpublished.add('v1.10.0');
  const trueup = await world.start();
  await trueup.converge();
  await trueup.converge();
  expect(runs(world)).toBe('v1.5.0');
  world.unpublished.clear();
  return { world, trueup };
}

describe('a version that is published later', () => {
  it('is only reported by default', async () => {
    const { world, trueup } = await published({});
    const review = await trueup.converge();
    if (review.kind !== 'ok') throw new Error(review.why);
    expect([...review.evaluations.values()][0]?.change).toMatchObject({
      verdict: {
        kind: 'reported',
        reason: 'onNewVersion: report',
        cause: { kind: 'newVersion', evidence: expect.stringContaining('v1.10.0') },
      },
      differences: [{ label: 'version', live: { text: 'v1.5.0' } }],
    });
    expect(runs(world)).toBe('v1.5.0');
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({
      condition: 'Ready',
      reason: 'NewVersion',
    });
  });

  it('is carried out where the document says so', async () => {
    const { world, trueup } = await published({ onNewVersion: 'update' });
    await trueup.converge();
    expect(runs(world)).toBe('v1.10.0');
    expect(world.events('update.accepted').at(-1)?.fields.cause).toBe('newVersion');
  });

  it('is carried out when the document asks for another range', async () => {
    const { world, trueup } = await published({});
    world.wish([wish('net-a', { semver: '^1.6' })]);
    await trueup.converge();
    expect(runs(world)).toBe('v1.10.0');
  });

  it('stays out of changes that are not about it: of the document, and drift', async () => {
    const { world, trueup } = await published({}, { provisioningParameters: { Cidr: 'A' } });
    world.wish([wish('net-a', { semver: '^1.4' }, {}, { provisioningParameters: { Cidr: 'B' } })]);
    const review = await trueup.converge();
    if (review.kind !== 'ok') throw new Error(review.why);
    const [evaluation] = [...review.evaluations.values()];
    expect(evaluation?.change.warnings.map(({ code }) => code)).toContain('plan/newer-upstream');
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
    expect(runs(world)).toBe('v1.5.0');
    await trueup.converge();
    await world.clock.pass(60_000);
    await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('B');
    expect(runs(world)).toBe('v1.5.0');
  });

  it('does not make a document new that is in effect but for it', async () => {
    const { world, trueup } = await published({ drift: 'report' });
    const declared = { provisioningParameters: { Cidr: 'A' } };
    world.wish([wish('net-a', { semver: '^1.4' }, { drift: 'report' }, declared)]);
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'NewVersion' });
    await world.clock.pass(60_000);
    await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'Drift' });
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('Z');
  });
});

describe('a newer version that somebody brought in by hand', () => {
  const byHand = (world: World, name: string) =>
    world.service.admin.callAs('UpdateProvisionedProduct', {
      ProvisionedProductName: 'net-a',
      ProductName: 'network',
      ProvisioningArtifactName: name,
      ProvisioningParameters: ['Cidr', 'Mode'].map((Key) => ({ Key, UsePreviousValue: true })),
      UpdateToken: 'by-hand',
    });

  async function moved(name: string) {
    const { world, trueup } = await published({});
    await world.clock.pass(120_000);
    await byHand(world, name);
    await world.clock.pass(120_000);
    world.service.admin.clearCalls();
    await trueup.converge();
    await trueup.converge();
    return { world, trueup };
  }

  it('is as declared where the rule finds it, and nothing is taken back', async () => {
    const { world, trueup } = await moved('v1.10.0');
    expect(world.writes()).toEqual([]);
    expect(runs(world)).toBe('v1.10.0');
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'InSync' });
  });

  it('is drift where the rule does not find it', async () => {
    const { world, trueup } = await moved('2.0.0');
    expect(runs(world)).toBe('v1.5.0');
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'NewVersion' });
  });
});

describe('a version that a rule found and that is deleted since', () => {
  const doc = (cidr: string, reconcile = {}) =>
    wish('net-a', { semver: '^1.4' }, reconcile, { provisioningParameters: { Cidr: cidr } });

  async function deleted(reconcile = {}) {
    const world = await World.create({ seed }, [doc('A', reconcile)]);
    const trueup = await world.start();
    await trueup.converge();
    await trueup.converge();
    expect(runs(world)).toBe('v1.10.0');
    world.unpublished.add('v1.10.0');
    await world.clock.pass(60_000);
    return { world, trueup };
  }

  it('is not left by the correction of drift', async () => {
    const { world, trueup } = await deleted();
    await world.service.admin.editStack({ product: 'net-a', parameters: { Cidr: 'Z' } });
    await trueup.converge();
    expect(runs(world)).toBe('v1.10.0');
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe('A');
  });

  it('is not left by a change of the document that is about something else', async () => {
    const { world, trueup } = await deleted();
    world.wish([doc('B')]);
    await trueup.converge();
    expect(runs(world)).toBe('v1.10.0');
    await trueup.converge();
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'NewVersion' });
  });

  it('is left where the document says so', async () => {
    const { world, trueup } = await deleted({ onNewVersion: 'update' });
    await trueup.converge();
    expect(runs(world)).toBe('v1.5.0');
  });
});

describe('reconcile.ignore', () => {
  it('leaves parameters, tags and the version as they are live', async () => {
    const ignore = ['/provisioningParameters/Mode', '/tags/seen', '/provisioningArtifact'];
    const more = {
      provisioningParameters: { Cidr: 'B', Mode: 'other' },
      tags: { team: 'b', seen: 'today' },
    };
    const world = await World.create({ seed }, [wish('net-a', { latest: true }, { ignore }, more)]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.service.admin.product('net-a')).toMatchObject({
      versionName: 'v1.4.0',
      parameters: { Cidr: 'B', Mode: 'm' },
      tags: { team: 'b', seen: 'yesterday' },
    });
    const [write] = world.writes();
    expect(write?.input).toMatchObject({
      ProvisioningParameters: expect.arrayContaining([{ Key: 'Mode', UsePreviousValue: true }]),
      Tags: expect.arrayContaining([{ Key: 'seen', Value: 'yesterday' }]),
    });
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'InSync' });
  });

  it('keeps a tag of ours that somebody else changed since', async () => {
    const tagged = (tags: Readonly<Record<string, string>>, ignore: readonly string[]) => [
      wish('net-a', { semver: '1.4.0' }, { ignore }, { tags }),
    ];
    const world = await World.create({ seed }, tagged({ team: 'b', seen: 'today' }, []));
    const trueup = await world.start();
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.tags).toMatchObject({ seen: 'today' });
    world.wish(tagged({ team: 'c' }, ['/tags/seen']));
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.tags).toMatchObject({ team: 'c', seen: 'today' });
  });

  it('compares nothing of what it names', async () => {
    const owner = 'arn:aws:iam::111122223333:role/somebody';
    const more = {
      properties: { owner },
      tags: { team: 'z' },
      provisioningParameters: { Cidr: 'Z' },
    };
    const ignore = [
      '/properties/owner',
      '/tags',
      '/provisioningParameters',
      '/provisioningArtifact',
    ];
    const world = await World.create({ seed }, [wish('net-a', { latest: true }, { ignore }, more)]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.writes()).toHaveLength(0);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ reason: 'InSync' });
  });
});

describe('useDefault', () => {
  const defaults = networks({
    ...parts,
    versions: [
      version('v1.4.0', '01', { parameters: { Cidr: {}, Mode: { default: 'old' } } }),
      version('v1.5.0', '02', {
        parameters: {
          Cidr: {},
          Mode: { default: 'new' },
          Secret: { noEcho: true, default: 'hidden-default' },
        },
      }),
    ],
  });
  const reset = (name: string, parameters_: readonly string[]): Wish => ({
    name: 'net-a',
    spec: {
      productName: 'network',
      provisioningArtifactName: name,
      provisioningParameters: Object.fromEntries(
        parameters_.map((key) => [key, { useDefault: true }]),
      ),
    },
  });

  it("resets a value to the target version's default, and is in sync then", async () => {
    const world = await World.create({ seed: defaults }, [reset('v1.4.0', ['Mode'])]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.parameters.Mode).toBe('old');
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    world.wish([reset('v1.5.0', ['Mode', 'Secret'])]);
    await trueup.converge();
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.parameters.Mode).toBe('new');
    expect(world.writes()).toHaveLength(2);
    const sent = world.writes().at(-1)?.input as { ProvisioningParameters: { Key: string }[] };
    expect(sent.ProvisioningParameters.map(({ Key }) => Key)).toEqual(['Cidr', 'Mode']);
    expect(JSON.stringify(world.lines) + world.journal.dump()).not.toContain('hidden-default');
  });

  it('resets a secret that trueup has sent, once', async () => {
    const wished = (Secret: unknown): Wish => ({
      name: 'net-a',
      spec: {
        productName: 'network',
        provisioningArtifactName: 'v1.5.0',
        provisioningParameters: { Secret },
      },
    });
    const world = await World.create({ seed: defaults }, [wished('hush-hush')]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.parameters.Secret).toBe('hush-hush');
    world.wish([wished({ useDefault: true })]);
    await trueup.converge();
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.parameters.Secret).toBe('hidden-default');
    expect(world.writes()).toHaveLength(2);
    expect(world.statusOf(trueup, 'net-a')).toMatchObject({ condition: 'Ready', unverified: 1 });
    expect(JSON.stringify(world.lines) + world.journal.dump()).not.toMatch(/hidden-def|hush-hush/);
  });
});
