import type {
  ParameterInput,
  PathInput,
  SeedInput,
  VersionInput,
} from '../../src/local-catalog/seed-input.ts';

type Networks = Omit<SeedInput, 'products' | 'provisionedProducts'> & {
  /** Of the provisioned products. */
  readonly names?: readonly string[];
  /** Parameter values in effect. */
  readonly live?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** Of `v1`, where that is the only version. */
  readonly parameters?: Readonly<Record<string, ParameterInput>>;
  /** The first one is in effect. */
  readonly versions?: readonly VersionInput[];
  readonly tagUpdate?: PathInput['tagUpdate'];
  readonly launchRole?: string;
};

/** A catalog of one product, `network`, and provisioned products of it: the least that most tests need. */
export function networks({
  names = ['net-a', 'net-b'],
  live = { Cidr: 'A' },
  tags = {},
  parameters = { Cidr: {} },
  versions = [{ name: 'v1', parameters }],
  tagUpdate = 'notAllowed',
  launchRole,
  ...more
}: Networks = {}): SeedInput {
  const path = { portfolio: 'platform', tagUpdate };
  return {
    timing: { accepted: '1s', running: '5s' },
    products: [
      {
        name: 'network',
        paths: [launchRole === undefined ? path : { ...path, launchRole }],
        versions,
      },
    ],
    provisionedProducts: names.map((name) => ({
      name,
      product: 'network',
      version: versions[0]?.name ?? '',
      parameters: live,
      tags,
    })),
    ...more,
  };
}

/** The spec of a document for a network. */
export const networkSpec = (
  provisioningParameters: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
) => ({
  productName: 'network',
  provisioningArtifactName: 'v1',
  provisioningParameters,
  ...more,
});
