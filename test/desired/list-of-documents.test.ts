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
  const knows = desired.specs.some(({ name }) => name === 'net-b');
  expect(knows || desired.unknownIdentity || desired.problems.length > 0).toBe(true);
});
