import { describe, expect, it } from 'vitest';
import { guardSet as doc, guardSets } from './guard-sets.ts';
import { operations } from './life.ts';
import type { Fields } from './networks.ts';
import { type Incarnation, type Wish, World, type WorldOptions } from './world.ts';

const ACCOUNTS = ['111122223333', '444455556666', '777788889999'];
const REGIONS = ['eu-west-1', 'us-east-1'];
const seed = guardSets(ACCOUNTS, REGIONS);

const start = async (options: Partial<WorldOptions>, wishes: readonly Wish[]) => {
  const world = await World.create({ seed, ...options }, wishes);
  return { world, trueup: await world.start() };
};

const setOf = async (trueup: Incarnation) => {
  const review = await trueup.converge();
  if (review.kind === 'failed') throw new Error(review.why);
  return review.judgement.report;
};

const at = (accounts: readonly string[], regions = REGIONS) => ({
  stackInstances: { accounts, regions },
});

async function instances(world: World): Promise<readonly string[]> {
  const id = world.service.admin.product('set')?.product.id ?? '';
  const listed = await world.service.admin.callAs('ListStackInstancesForProvisionedProduct', {
    ProvisionedProductId: id,
  });
  const rows = (listed.StackInstances ?? []) as unknown as readonly {
    Account: string;
    Region: string;
  }[];
  return rows.map((one) => `${one.Account}/${one.Region}`).sort();
}

describe('an approval of stack instances', () => {
  it('to remove one account is none to remove another one', async () => {
    const [a = '', b = '', c = ''] = ACCOUNTS;
    const { world, trueup } = await start({ maxTerminations: 1 }, [doc({}, at(ACCOUNTS))]);
    await trueup.converge();
    await trueup.converge();
    expect(await instances(world)).toHaveLength(6);
    world.service.admin.clearCalls();
    // The plan that a person looks at takes the instances of the third account away.
    world.wish([doc({ removeInstances: true }, at([a, b]))], 'r2');
    const looked = await setOf(trueup);
    expect(looked.findings.find(({ guard }) => guard === 'terminations')?.verdict).toBe('refused');
    trueup.kill();
    // What comes instead takes away those of the first one.
    world.wish([doc({ removeInstances: true }, at([b, c]))], 'r3');
    const second = await world.start({ approvals: [{ digest: looked.set ?? '', strict: false }] });
    const report = await setOf(second);
    await second.converge();
    expect(await instances(world)).toHaveLength(6);
    expect(report.set).not.toBe(looked.set);
    expect(operations(world)).toEqual([]);
  });

  it('to provision in one account is none to provision in all', async () => {
    const { world, trueup } = await start({ maxProvisions: 1 }, [
      doc({}, at(ACCOUNTS.slice(0, 1))),
    ]);
    const looked = await setOf(trueup);
    expect(looked.findings.find(({ guard }) => guard === 'provisions')?.verdict).toBe('refused');
    trueup.kill();
    world.wish([doc({}, at(ACCOUNTS))], 'r2');
    const second = await world.start({ approvals: [{ digest: looked.set ?? '', strict: false }] });
    const report = await setOf(second);
    await second.converge();
    expect(operations(world)).toEqual([]);
    expect(report.set).not.toBe(looked.set);
  });

  it('to provision where the preferences say is none to provision everywhere', async () => {
    const named = {
      provisioningPreferences: { stackSetAccounts: ACCOUNTS.slice(0, 1), stackSetRegions: REGIONS },
    };
    const { world, trueup } = await start({ maxProvisions: 1 }, [doc({}, named)]);
    const looked = await setOf(trueup);
    trueup.kill();
    world.wish([doc({}, {})], 'r2');
    const second = await world.start({ approvals: [{ digest: looked.set ?? '', strict: false }] });
    const report = await setOf(second);
    await second.converge();
    expect(operations(world)).toEqual([]);
    expect(report.set).not.toBe(looked.set);
  });

  it('to provision wherever the constraint allows is none for what it has come to allow since', async () => {
    const few = await World.create(
      { seed: guardSets(ACCOUNTS.slice(0, 1), REGIONS), maxProvisions: 1 },
      [doc()],
    );
    const many = await World.create({ seed, maxProvisions: 1 }, [doc()]);
    const looked = await setOf(await few.start());
    expect(looked.findings.find(({ guard }) => guard === 'provisions')?.planned).toBe(2);
    const second = await many.start({ approvals: [{ digest: looked.set ?? '', strict: false }] });
    const report = await setOf(second);
    await second.converge();
    expect(report.findings.find(({ guard }) => guard === 'provisions')?.planned).toBe(6);
    expect(operations(many)).toEqual([]);
    expect(report.set).not.toBe(looked.set);
  });

  it('to update them in one account is none to update them in all', async () => {
    const [a = ''] = ACCOUNTS;
    const level = (accounts: readonly string[], more: Fields = {}) => ({
      provisioningParameters: { Level: 'high' },
      provisioningPreferences: { stackSetAccounts: accounts, stackSetRegions: REGIONS, ...more },
    });
    const { world, trueup } = await start({}, [doc()]);
    await trueup.converge();
    await trueup.converge();
    trueup.kill();
    world.service.admin.clearCalls();
    const caps = { maxChanges: 0, maxProvisions: 10, maxTerminations: 3 };
    world.wish([doc({}, level([a]))], 'r2');
    const first = await world.start({ caps });
    const looked = await setOf(first);
    expect(looked.findings.find(({ guard }) => guard === 'updates')?.verdict).toBe('refused');
    first.kill();
    world.wish([doc({}, level(ACCOUNTS, { stackSetFailureTolerancePercentage: 100 }))], 'r3');
    const second = await world.start({
      caps,
      approvals: [{ digest: looked.set ?? '', strict: false }],
    });
    const report = await setOf(second);
    await second.converge();
    expect(
      world.writes().map(({ input }) => JSON.stringify((input as Fields).ProvisioningPreferences)),
    ).toEqual([]);
    expect(report.set).not.toBe(looked.set);
  });
});
