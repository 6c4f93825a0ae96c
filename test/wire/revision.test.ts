import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asTargetName } from '../../src/domain/ids.ts';
import { createRevisionLoader } from '../../src/wire/revision.ts';
import { asNobody, fill, scratch, snapshotOf } from '../source/scratch.ts';

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

describe('a kustomization.yaml that cannot be read', () => {
  const outside = (directory: string) => {
    const shared = fill(`${directory}-shared`, { 'overlay.yaml': 'resources: [net.yaml]\n' });
    symlinkSync(join(shared, 'overlay.yaml'), join(directory, 'team', 'kustomization.yaml'));
  };
  const denied = (directory: string) => {
    writeFileSync(join(directory, 'team', 'Kustomization'), 'resources: [net.yaml]\n');
    chmodSync(join(directory, 'team', 'Kustomization'), 0o000);
  };
  const tooLarge = (directory: string) =>
    writeFileSync(join(directory, 'team', 'kustomization.yml'), '#'.repeat(2_000));

  it.each([
    ['a link out of the directory', outside, 'kustomization.yaml', /overlay\.yaml, outside/],
    ['not allowed', denied, 'Kustomization', /permission denied/],
    ['too large', tooLarge, 'kustomization.yml', /2000 bytes/],
  ])('is one all the same: nothing below it is read raw (%s)', async (_, arrange, name, why) => {
    const root = scratch();
    chmodSync(root, 0o755);
    const directory = join(root, 'estate');
    mkdirSync(directory);
    const other = text.replace('net-a', 'net-b');
    const base = text.replace('net-a', 'net-c');
    fill(directory, { 'team/net.yaml': text, 'team/deep/base.yaml': base, 'other.yaml': other });
    arrange(directory);
    const snapshot = await asNobody(() => snapshotOf(directory, { maxFileBytes: 1_000 }));
    const { targets, problems } = createRevisionLoader(config, () => true)(snapshot);
    const state = targets.get(target);
    expect([...(state?.specs.values() ?? [])].map((spec) => spec.name)).toEqual(['net-b']);
    expect(state?.unknownIdentity).toBe(true);
    // One word about one file: to take it out of the directory is what it must not advise.
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'document/kustomization',
        severity: 'error',
        at: { file: `team/${name}`, line: 1, column: 1 },
        message: expect.stringMatching(why),
        next: expect.stringContaining('kustomize build DIR/team/ | trueup plan -'),
      }),
    ]);
    expect(problems[0]?.message).toContain('"team/" is a kustomization; none of its files is read');
  });
});
