import { expect, it } from 'vitest';
import { asArtifactId, asProductId, asProvisionedProductId } from '../../src/domain/ids.ts';
import type { ProductRequest } from '../../src/domain/request.ts';
import { referenceOf, type ValueSource } from '../../src/domain/values.ts';
import { fillValues } from '../../src/reconciler/fill-values.ts';
import type { Fetched } from '../../src/reconciler/ports/values.ts';
import { Redactor } from '../../src/reconciler/redact.ts';
import { ValueFacts } from '../../src/reconciler/value-facts.ts';
import { aSpec } from '../diff/build.ts';

const memberOf = (secretId: string, key: string): ValueSource => ({
  ...{ kind: 'secretsManager', secretId },
  ...{ key, version: null },
});

/** Each value comes in the version that the request names. */
async function filled(sources: Readonly<Record<string, readonly [ValueSource, string]>>) {
  const entries = Object.entries(sources);
  const request: ProductRequest = {
    operation: 'UpdateProvisionedProduct',
    provisionedProductId: asProvisionedProductId('pp-a'),
    productId: asProductId('prod-net'),
    artifactId: asArtifactId('pa-1'),
    pathId: null,
    parameters: entries.map(([key, [source, version]]) => ({
      ...{ kind: 'reference', key, reference: referenceOf(source), version, value: null },
    })),
    tags: null,
    acceptLanguage: null,
  };
  const parameters = Object.fromEntries(
    entries.map(([key, [source]]) => [key, { kind: 'from', source } as const]),
  );
  const answers = new Map(
    entries.map(([, [source, version]]): [string, Fetched] => [
      referenceOf(source),
      { kind: 'read', value: `${version}-value`, version },
    ]),
  );
  const none: Fetched = { kind: 'missing', why: 'not there' };
  const values = new ValueFacts(
    {
      versions: async () => [],
      fetch: async (wanted) => wanted.map(({ source }) => answers.get(referenceOf(source)) ?? none),
    },
    new Redactor(),
  );
  return fillValues({ values: () => values }, aSpec({ parameters }), request, null);
}

it('two keys of one secret do not go in two versions, also where the request names two', async () => {
  const sources = (other: string) => ({
    Password: [memberOf('prod/db', 'password'), 'version-one'] as const,
    User: [memberOf(other, 'user'), 'version-two'] as const,
  });
  expect(await filled(sources('prod/db'))).toMatchObject({ kind: 'moved' });
  expect(await filled(sources('prod/other'))).toMatchObject({ kind: 'ok' });
});
