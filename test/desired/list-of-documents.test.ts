import { expect, it } from 'vitest';
import { loadDesired } from '../../src/desired/load.ts';
import { asTargetName } from '../../src/domain/ids.ts';

const net = (name: string) => ({
  apiVersion: 'trueup/v1',
  kind: 'ProvisionedProduct',
  metadata: { name },
  spec: { productName: 'network', provisioningArtifactName: 'v1' },
});
const file = (path: string, value: unknown) => ({
  path,
  bytes: new TextEncoder().encode(JSON.stringify(value)),
});

it('a list of our documents does not count as their removal', () => {
  const target = asTargetName('default');
  const desired = loadDesired(
    [
      file('a.json', net('net-a')),
      file('list.json', { apiVersion: 'v1', kind: 'List', items: [net('net-b')] }),
    ],
    { targets: [{ name: target }], defaultTarget: target },
  );
  expect(desired.unknownIdentity).toBe(true);
  expect(desired.problems).toMatchObject([
    { code: 'document/unknown-kind', message: expect.stringContaining('inside a "List"') },
  ]);
});
