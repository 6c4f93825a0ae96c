import { describe, expect, it } from 'vitest';
import { asTargetName } from '../../src/domain/ids.ts';
import { createRevisionLoader } from '../../src/wire/revision.ts';

type Config = Parameters<typeof createRevisionLoader>[0];

const target = asTargetName('prod');
const config = {
  targets: [{ name: target }],
  defaultTarget: target,
  values: { env: [], files: [], secretsManager: [], ssmParameters: [] },
} as unknown as Config;

const text = `apiVersion: trueup/v1
kind: ProvisionedProduct
metadata: { name: net-a }
spec: { provisioningParameters: { Cidr: "1" } }
`;

const load = (path: string, isSelecting = false) =>
  createRevisionLoader(
    config,
    () => true,
    isSelecting,
  )({
    revision: 'r',
    digest: 'd',
    files: [{ path, bytes: new TextEncoder().encode(text) }],
    unreadable: [],
  }).targets.get(target);

describe('what a revision tells of documents that it does not hold', () => {
  it.each([
    ['a directory: that they are gone', 'net.yaml', false, false],
    ['a selection: nothing', 'net.yaml', true, true],
    ['standard input, which may have ended early: nothing', '-', false, true],
  ])('%s', (_what, path, isSelecting, isSelection) => {
    expect(load(path, isSelecting)).toMatchObject({ isSelection });
    expect(load(path, isSelecting)?.specs.size).toBe(1);
  });

  it('knows every target, so that documents of others count', () => {
    expect([...(load('net.yaml')?.elsewhere?.keys() ?? [])]).toEqual([target]);
  });
});
