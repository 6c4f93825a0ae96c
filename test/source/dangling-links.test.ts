import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scratch, snapshotOf } from './scratch.ts';

it.each(['eu-prod', 'eu.prod', 'v1.2'])('a dangling link %s is named', async (name) => {
  const root = scratch();
  writeFileSync(join(root, 'a.yaml'), 'a');
  symlinkSync('gone', join(root, name));
  expect((await snapshotOf(root)).unreadable.map(({ path }) => path)).toEqual([name]);
});
