import { expect, it } from 'vitest';
import { EMPTY_ENTRY, type Intent, type LastResult } from '../../src/domain/entry.ts';
import { asArtifactId, asDigest, asProductId, asRecordId } from '../../src/domain/ids.ts';
import { hasRun } from '../../src/reconciler/rollout-journal.ts';
import { anIntent } from '../diff/build.ts';

const version = (artifact: string, isMove: boolean) => ({
  productId: asProductId('prod-1'),
  productName: 'network',
  artifactId: asArtifactId(artifact),
  artifactName: artifact,
  isMove,
});

const result = (kind: LastResult['kind'], of: LastResult['version']): LastResult => ({
  ...{ kind, step: 'update', recordId: asRecordId('rec-1'), base: null },
  ...{ requestHash: asDigest('sha256:00'), at: '2026-11-23T00:00:00.000Z', reason: null },
  ...(of === undefined ? {} : { version: of }),
});

const moved = result('succeeded', version('pa-2', true));
const open = (parts: Partial<Intent>) => anIntent({ recordId: asRecordId('rec-2'), ...parts });

it.each<[string, Intent | null, LastResult | null, boolean]>([
  ['nothing is known', null, null, false],
  ['our move there succeeded', null, moved, true],
  ['our move there failed', null, result('failed', version('pa-2', true)), false],
  ['what kept it there failed', null, result('failed', version('pa-2', false)), true],
  ['our move went elsewhere', null, result('succeeded', version('pa-1', true)), false],
  ['what keeps it there is open', open({ version: version('pa-2', false) }), null, true],
  ['its move there is open', open({ version: version('pa-2', true) }), moved, false],
  ['a change of its owner is open', open({ step: 'owner' }), moved, true],
  ['its termination is open', open({ step: 'terminate' }), moved, false],
])('whether it runs the version, by the journal alone: %s', (_what, intent, lastResult, runs) => {
  const entry = { ...EMPTY_ENTRY, intent, lastResult };
  expect(hasRun(version('pa-2', true), entry)).toBe(runs);
});
