import { describe, expect, it } from 'vitest';
import { asProvisionedProductId, asTargetName } from '../../src/domain/ids.ts';
import type { KnownDocument } from '../../src/domain/known.ts';
import type { DesiredState } from '../../src/reconciler/context.ts';
import { doc, inEffect, keyOf, look, MINUTE, terminations } from './life.ts';
import { type Incarnation, TARGET, type World } from './world.ts';

const FAR = asTargetName('far');

/** A document of the other target, as the journal has it, that depends on net-a of this one. */
const app = (policies: Partial<KnownDocument['policies']> = {}): KnownDocument => ({
  key: keyOf('app'),
  name: 'app',
  file: 'app.yaml',
  digest: 'hmac:1',
  content: 'hmac:2',
  labels: {},
  policies: { prune: 'terminate', deletionProtection: false, handsOff: false, ...policies },
  provisionedProductId: asProvisionedProductId('pp-app'),
  lastRecordId: null,
  called: null,
  dependsOn: [{ target: TARGET, key: keyOf('net-a') }],
  gone: null,
  mayBe: null,
});

/** What the revision says of the other target. */
const far = (state: 'invalid' | 'gone' | 'freed') => (desired: DesiredState) => {
  const spec = desired.specs.get(keyOf('net-b'));
  if (spec === undefined) throw new Error('no document');
  const specs = new Map(
    state === 'freed' ? [[keyOf('app'), { ...spec, target: FAR, key: keyOf('app') }]] : [],
  );
  const declared = new Set(state === 'gone' ? [] : [keyOf('app')]);
  return { elsewhere: new Map([[FAR, { specs, declared, invalid: new Map() }]]) };
};

async function gone(state: 'invalid' | 'gone' | 'freed', known = app()) {
  const { world, trueup } = await inEffect([doc('net-a'), doc('net-b')]);
  await world.journal.putDocuments(FAR, [known]);
  world.wish([doc('net-b')]);
  await looks(world, trueup, state);
  return { world, trueup };
}

async function looks(world: World, trueup: Incarnation, state: 'invalid' | 'gone' | 'freed') {
  for (let i = 0; i < 3; i++) {
    await look(world, trueup, far(state));
    await world.clock.pass(11 * MINUTE);
  }
}

function show(world: World, trueup: Incarnation, reason: string, condition: 'Ready' | 'Stalled') {
  const mine = world.statusOf(trueup, 'net-a');
  if (mine === undefined) throw new Error('no status');
  const about = { target: FAR, key: keyOf('app'), name: 'app' };
  const what = { condition, sync: 'Synced', reason, message: 'it is protected', next: 'mend it' };
  trueup.board.set({ ...mine, ...about, ...what } as typeof mine);
}

describe('what a document of another target depends on', () => {
  it('is not terminated while that document is there', async () => {
    const { world, trueup } = await gone('invalid');
    expect(terminations(world)).toBe(0);
    expect(world.statusOf(trueup, 'net-a')?.message).toContain('documents depend on it: far/app');
    // It is mended, and does not name it any more.
    await looks(world, trueup, 'freed');
    expect(terminations(world)).toBe(1);
  });

  it('goes after it where both go, as soon as its end was seen and not before', async () => {
    const { world, trueup } = await gone('gone');
    expect(terminations(world)).toBe(0);
    expect(world.statusOf(trueup, 'net-a')?.message).toBe(
      'waits for the end of far/app, which depends on it',
    );
    // In sync is what it was before its document went.
    show(world, trueup, 'InSync', 'Ready');
    await looks(world, trueup, 'gone');
    expect(terminations(world)).toBe(0);
    show(world, trueup, 'Refused', 'Stalled');
    expect(world.statusOf(trueup, 'net-a')?.message).toContain('is stalled: it is protected');
    show(world, trueup, 'Terminated', 'Ready');
    await world.clock.until(trueup.reconciler.quiet());
    expect(terminations(world)).toBe(1);
  });

  it('goes after it where the journal has forgotten it since', async () => {
    const { world, trueup } = await gone('gone');
    expect(terminations(world)).toBe(0);
    await world.journal.putDocuments(FAR, []);
    await look(world, trueup, far('gone'));
    expect(terminations(world)).toBe(1);
  });

  it.each([
    ['asked for no end', { prune: 'never' }],
    ['was left alone', { handsOff: true }],
  ] as const)('does not wait for one that is gone and %s', async (_what, policies) => {
    const { world } = await gone('gone', app(policies));
    expect(terminations(world)).toBe(1);
  });
});
