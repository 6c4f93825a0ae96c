import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDesired } from '../../src/desired/load.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { TARGET, type Wish, World } from '../reconciler/world.ts';

/** Names that every object of the language has. */
const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'] as const;
const MARK = 'not-inherited';

const seed: SeedInput = {
  timing: { accepted: '1s', running: '2s', properties: '1s' },
  products: [
    {
      name: 'network',
      paths: [{ portfolio: 'platform', tagUpdate: 'allowed' }],
      versions: [
        {
          name: 'v1',
          parameters: Object.fromEntries(
            [...INHERITED, 'Cidr'].map((key) => [key, { default: 'A' }]),
          ),
        },
      ],
    },
  ],
  provisionedProducts: ['net-a', 'net-b', 'net-c'].map((name) => ({
    name,
    id: `pp-${name}`,
    product: 'network',
    version: 'v1',
    tags: { foreign: 'f' },
  })),
  secrets: [{ name: 'prod/a', value: `{"__proto__": "${MARK}", "constructor": "${MARK}"}` }],
};

/** An object with such a member of its own: `{__proto__: …}` would set something else. */
const withOwn = (
  entries: readonly (readonly [string, unknown])[],
): Readonly<Record<string, unknown>> =>
  JSON.parse(
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(',')}}`,
  );

interface Sent {
  readonly ProvisionedProductId?: string;
  readonly ProvisionedProductName?: string;
  readonly ProvisioningParameters?: readonly { readonly Key: string; readonly Value?: string }[];
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}
const sentBy = (world: World) => world.writes().map(({ input }) => input as Sent);

describe('names that every object has', () => {
  it('are parameters and tags like any other, and are sent as they are written', async () => {
    const all = (value: string) => withOwn(INHERITED.map((key) => [key, value]));
    const world = await World.create({ seed }, [
      { name: 'net-a', spec: { provisioningParameters: all(MARK), tags: all(MARK) } },
    ]);
    const trueup = await world.start();
    await trueup.converge();
    const [sent] = sentBy(world);
    for (const name of INHERITED) {
      expect(sent?.ProvisioningParameters).toContainEqual({ Key: name, Value: MARK });
      expect(sent?.Tags).toContainEqual({ Key: name, Value: MARK });
    }
    expect(world.statusOf(trueup, 'net-a')?.condition).toBe('Ready');
    await trueup.converge();
    expect(world.writes()).toHaveLength(1);
    expect(Reflect.get({}, MARK)).toBeUndefined();
  });

  it('can be ignored, and are then neither compared nor changed', async () => {
    const ignore = INHERITED.map((key) => `/provisioningParameters/${key}`);
    const provisioningParameters = withOwn(INHERITED.map((key) => [key, MARK]));
    const world = await World.create({ seed }, [
      { name: 'net-a', spec: { provisioningParameters, reconcile: { ignore } } },
    ]);
    await (await world.start()).converge();
    expect(world.writes()).toEqual([]);
  });

  it('are keys of a secret only where the secret has them', async () => {
    const from = (key: string) => ({ valueFrom: { secretsManager: { secretId: 'prod/a', key } } });
    const world = await World.create({ seed }, [
      { name: 'net-a', spec: { provisioningParameters: { Cidr: from('__proto__') } } },
      { name: 'net-b', spec: { provisioningParameters: { Cidr: from('toString') } } },
    ]);
    const trueup = await world.start();
    await trueup.converge();
    expect(world.service.admin.product('net-a')?.parameters.Cidr).toBe(MARK);
    expect(world.service.admin.product('net-b')?.parameters.Cidr).toBe('A');
    expect(JSON.stringify(world.statusOf(trueup, 'net-b'))).toContain('it has no key');
  });

  it('are labels and annotations of their document alone', () => {
    const metadata = withOwn([
      ['name', 'net-a'],
      ['labels', withOwn([['__proto__', MARK]])],
      ['annotations', withOwn([['constructor', MARK]])],
    ]);
    const text = JSON.stringify({
      apiVersion: 'trueup/v1',
      kind: 'ProvisionedProduct',
      metadata,
      spec: {},
    });
    const files = [{ path: 'a.json', bytes: Buffer.from(text) }];
    const { specs, problems } = loadDesired(files, {
      targets: [{ name: TARGET }],
      defaultTarget: TARGET,
    });
    expect(problems).toEqual([]);
    expect(Object.entries(specs[0]?.labels ?? {})).toEqual([['__proto__', MARK]]);
    expect(Object.getPrototypeOf(specs[0]?.labels)).toBeNull();
    expect(Object.getPrototypeOf(specs[0]?.annotations)).toBeNull();
  });
});

/** Whatever a document may say about how it is reconciled. */
const reconcile = fc.record(
  {
    drift: fc.constantFrom('correct', 'report'),
    onMissing: fc.constantFrom('fail', 'provision'),
    onError: fc.constantFrom('report', 'recreate'),
    prune: fc.constantFrom('never', 'terminate', 'retain'),
    dependsOn: fc.constantFrom([], ['net-b'], ['net-c']),
    ignore: fc.constantFrom([], ['/tags/foreign'], ['/provisioningParameters/Cidr']),
    onNewVersion: fc.constantFrom('report', 'update'),
  },
  { requiredKeys: [] },
);
const value = fc.constantFrom('B', 'pp-net-b', 'net-b', 'default/net-b', '../net-b', '*', MARK);
const spec = fc.record(
  {
    provisioningParameters: fc.dictionary(fc.constantFrom('Cidr', ...INHERITED), value),
    tags: fc.dictionary(
      fc.constantFrom('a', 'foreign', 'constructor'),
      fc.constantFrom('B', 'x:y'),
    ),
    properties: fc.constant({ owner: 'arn:aws:iam::111122223333:role/evil' }),
    expect: fc.constantFrom(
      {},
      { provisionedProductId: 'pp-net-a' },
      { provisionedProductId: 'pp-net-b' },
    ),
    acceptLanguage: fc.constantFrom('en', 'jp'),
    reconcile,
  },
  { requiredKeys: [] },
);

describe('a document', () => {
  it('changes nothing but the provisioned product that it is for, whatever it says', async () => {
    const calm: readonly Wish[] = ['net-b', 'net-c'].map((name) => ({ name, spec: {} }));
    await fc.assert(
      fc.asyncProperty(spec, async (hostile) => {
        const world = await World.create({ seed }, [{ name: 'net-a', spec: hostile }, ...calm]);
        const trueup = await world.start();
        await trueup.converge();
        world.wish(calm);
        await trueup.converge();
        await world.clock.pass(11 * 60_000);
        await trueup.converge();
        for (const { ProvisionedProductId, ProvisionedProductName } of sentBy(world))
          expect(ProvisionedProductId ?? ProvisionedProductName).toMatch(/^(pp-)?net-a$/);
        for (const name of ['net-b', 'net-c'])
          expect(world.service.admin.product(name)).toMatchObject({
            product: { status: 'AVAILABLE' },
            parameters: { Cidr: 'A' },
          });
      }),
      { numRuns: 40 },
    );
  });
});
