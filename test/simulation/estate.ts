import type { ProductKind } from '../../src/local-catalog/model.ts';
import type { ProductInput, SeedInput } from '../../src/local-catalog/seed-input.ts';
import type { SourceFile } from '../../src/reconciler/ports/source.ts';
import type { Life } from './life.ts';
import type { Rng } from './rng.ts';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';
export const REGION = 'eu-west-1';
export const NAMES = ['net-a', 'net-b', 'net-c', 'net-d', 'net-e'] as const;
export type Name = (typeof NAMES)[number];

/** Every secret of a simulation begins so, and nothing else does: a leak is one search away. */
export const SECRET_PREFIX = 'hush-';
export const ROLES = ['launch-one', 'launch-two'].map(
  (name) => `arn:aws:iam::${ACCOUNT}:role/${name}`,
);
const OWNERS = ['owner-one', 'owner-two'].map((name) => `arn:aws:iam::${ACCOUNT}:role/${name}`);
const HARD = 'AmazonCloudFormationException  Resource handler returned message: "not that one"';

/** What one document asks for. Absent members are not declared. */
export interface Wish {
  readonly name: Name;
  readonly cidr: string;
  readonly version: 'v1' | 'v2';
  readonly secret?: string;
  readonly mode?: string;
  /** Of v2, where a document must give every parameter. */
  readonly extra?: string;
  readonly team?: string;
  readonly launchRole?: string;
  readonly owner?: string;
  readonly drift: 'correct' | 'report';
  readonly suspend: boolean;
  readonly observe: boolean;
  readonly retry?: string;
  readonly life?: Life;
  /** How the document is spoilt; null: it is good. */
  readonly spoilt: 'syntax' | 'unknownKey' | 'twice' | null;
}

export function productsOf(
  tagUpdate: 'allowed' | 'notAllowed',
  kind: ProductKind = 'CFN_STACK',
): ProductInput[] {
  const failsWhen = ['boom-1', 'boom-2', 'boom-3'].map((value) => ({
    parameter: 'Cidr',
    value,
    message: HARD,
  }));
  const secret = { noEcho: true, default: 'none' };
  return [
    {
      name: 'network',
      kind,
      paths: [{ portfolio: 'platform', tagUpdate }],
      versions: [
        {
          name: 'v1',
          parameters: { Cidr: {}, Mode: { default: 'one' }, Secret: secret },
          failsWhen,
        },
        {
          name: 'v2',
          parameters: {
            Cidr: {},
            Extra: { default: 'x' },
            Mode: { default: 'one' },
            Secret: secret,
          },
          failsWhen,
        },
      ],
    },
  ];
}

export const secretId = (name: Name): string => `sim/${name}`;
export const firstSecret = (name: Name): string => `${SECRET_PREFIX}${name}-stored-0`;

export function seedOf(
  options: Pick<SeedInput, 'timing' | 'behaviour' | 'limits'> & {
    readonly names: readonly Name[];
    readonly absent: readonly Name[];
    readonly tagUpdate: 'allowed' | 'notAllowed';
    readonly kind: ProductKind;
  },
): SeedInput {
  const { names, absent, tagUpdate, kind, ...rest } = options;
  const one = (name: Name, account: string) => ({
    name,
    account,
    product: 'network',
    version: 'v1',
    parameters: { Cidr: 'start', Mode: 'one', Secret: `${SECRET_PREFIX}at-birth` },
    tags: { team: 'none' },
  });
  return {
    account: ACCOUNT,
    region: REGION,
    ...rest,
    products: productsOf(tagUpdate, kind),
    secrets: names.map((name) => ({ name: secretId(name), value: firstSecret(name) })),
    provisionedProducts: [
      ...names.filter((name) => !absent.includes(name)).map((name) => one(name, ACCOUNT)),
      ...names.map((name) => one(name, OTHER_ACCOUNT)),
    ],
  };
}

export function firstWish(name: Name, rng: Rng, leaning: Leaning): Wish {
  const { tags, roles } = leaning;
  return {
    name,
    cidr: rng.chance(0.5) ? 'start' : 'first',
    version: 'v1',
    ...rng.pick([
      {},
      {},
      { secret: `${SECRET_PREFIX}${name}-0` },
      { secret: `${SECRET_PREFIX}at-birth` },
    ]),
    ...(rng.chance(0.3) ? { mode: 'one' } : {}),
    ...(tags && rng.chance(0.3) ? { team: 'none' } : {}),
    ...(rng.chance(roles ? 0.7 : 0.2) ? { launchRole: rng.pick(ROLES) } : {}),
    ...(rng.chance(0.15) ? { owner: rng.pick(OWNERS) } : {}),
    drift: rng.chance(0.8) ? 'correct' : 'report',
    suspend: false,
    observe: false,
    spoilt: null,
  };
}

/** What the documents of a scenario speak of more often. */
export interface Leaning {
  readonly tags: boolean;
  /** Launch roles to and fro: where that does not move LastRecordId, tokens come back. */
  readonly roles: boolean;
}

/** One change to one document, as a commit makes it. `serial` keeps values apart. */
export function edited(wish: Wish, rng: Rng, serial: number, { tags, roles }: Leaning): Wish {
  const good = { ...wish, spoilt: null } as const;
  return rng.weighted<() => Wish>([
    [8, () => ({ ...good, cidr: `c${serial}`, suspend: false, observe: false })],
    [2, () => ({ ...good, cidr: rng.pick(['start', 'first', 'second']) })],
    [2, () => ({ ...good, version: good.version === 'v1' ? 'v2' : 'v1' })],
    [2, () => ({ ...good, secret: `${SECRET_PREFIX}${wish.name}-${serial}` })],
    [1, () => ({ ...good, mode: rng.pick(['one', 'two']) })],
    [2, () => ({ ...good, cidr: rng.pick(['boom-1', 'boom-2', 'boom-3']) })],
    [1, () => ({ ...good, ...(tags ? { team: `t${serial}` } : { mode: 'two' }) })],
    [roles ? 8 : 1, () => ({ ...good, launchRole: rng.pick(ROLES) })],
    [1, () => ({ ...good, owner: rng.pick(OWNERS) })],
    [1, () => ({ ...good, suspend: !good.suspend })],
    [0.5, () => ({ ...good, observe: !good.observe })],
    [0.5, () => ({ ...good, drift: good.drift === 'correct' ? 'report' : 'correct' })],
    [1, () => ({ ...good, retry: `ask-${serial}` })],
    [1, () => ({ ...wish, spoilt: rng.pick(['syntax', 'unknownKey', 'twice']) })],
  ])();
}

/** The last word of a scenario: good documents that ask for something new. */
export function finalWish(wish: Wish, keepsSecret: boolean): Wish {
  return {
    ...wish,
    cidr: 'last-word',
    ...(wish.secret === undefined || keepsSecret
      ? {}
      : { secret: `${SECRET_PREFIX}${wish.name}-last` }),
    drift: 'correct',
    suspend: false,
    observe: false,
    spoilt: null,
  };
}

function secretOf({ name, secret, life }: Wish) {
  if (life !== undefined && life.stored !== null)
    return { Secret: { valueFrom: { secretsManager: { secretId: secretId(name) } } } };
  return secret === undefined ? {} : { Secret: secret };
}

function lifeOf({ life }: Wish) {
  if (life === undefined) return {};
  const { stored, dependsOn, ...policies } = life;
  return {
    ...policies,
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(stored === null ? {} : { onRotate: stored }),
  };
}

function documentOf(wish: Wish): string {
  const properties = {
    ...(wish.launchRole === undefined ? {} : { launchRole: wish.launchRole }),
    ...(wish.owner === undefined ? {} : { owner: wish.owner }),
  };
  return JSON.stringify({
    apiVersion: 'trueup/v1',
    kind: 'ProvisionedProduct',
    metadata: {
      name: wish.name,
      ...(wish.retry === undefined ? {} : { annotations: { 'trueup/retry': wish.retry } }),
    },
    spec: {
      productName: 'network',
      provisioningArtifactName: wish.version,
      provisioningParameters: {
        Cidr: wish.cidr,
        ...(wish.mode === undefined ? {} : { Mode: wish.mode }),
        ...(wish.extra === undefined || wish.version === 'v1' ? {} : { Extra: wish.extra }),
        ...secretOf(wish),
      },
      ...(wish.team === undefined ? {} : { tags: { team: wish.team } }),
      ...(Object.keys(properties).length === 0 ? {} : { properties }),
      reconcile: {
        ...lifeOf(wish),
        drift: wish.drift,
        suspend: wish.suspend,
        mode: wish.observe ? 'observe' : 'enforce',
      },
      ...(wish.spoilt === 'unknownKey' ? { provisioningParametrs: {} } : {}),
    },
  });
}

export function filesOf(wishes: readonly Wish[]): readonly SourceFile[] {
  const encode = (text: string) => new TextEncoder().encode(text);
  return wishes.flatMap((wish) => {
    const text = wish.spoilt === 'syntax' ? '{"apiVersion": ' : documentOf(wish);
    const file = { path: `${wish.name}.json`, bytes: encode(text) };
    return wish.spoilt === 'twice'
      ? [file, { path: `${wish.name}-copy.json`, bytes: encode(text) }]
      : [file];
  });
}
