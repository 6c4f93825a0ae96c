import { describe, expect, it } from 'vitest';
import { DEFAULT_GUARDS } from '../../src/config/guards.ts';
import type { Measured } from '../../src/diff/change-weight.ts';
import type { Intent } from '../../src/domain/entry.ts';
import type { Caps } from '../../src/domain/guard.ts';
import { asDigest, asToken } from '../../src/domain/ids.ts';
import type { Step } from '../../src/domain/request.ts';
import { Entries } from '../../src/reconciler/entries.ts';
import { GuardGate } from '../../src/reconciler/guard-gate.ts';
import { anIntent, assessed } from '../diff/build.ts';
import { INTENT } from '../journal/fixtures.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { MemoryJournal } from './memory-journal.ts';
import { HOUR, keyOf } from './networks.ts';
import { TARGET } from './world.ts';

/** One update of ten may be sent. */
const caps = { maxChanges: 1, maxProvisions: 1, maxTerminations: 1, ...DEFAULT_GUARDS };

const many = { maxChanges: 1, maxProvisions: 2, maxTerminations: 1 };

const A = keyOf('net-a');
const B = keyOf('net-b');

function change(key: typeof A, steps: readonly Step[] = ['update'], finishes = false): Measured {
  const digest = asDigest(`sha256:${key}`);
  const verdict = { kind: 'update', steps, cause: { kind: 'document' }, digest } as const;
  return { change: { ...assessed(), key, verdict, differences: [] }, finishes };
}

const request = (key: typeof A, parts: Partial<Intent> = {}): Intent =>
  anIntent({ token: asToken(`tu1-${key}`), revision: 'r1', ...parts });

/** A process: the gate of one target, and what it wrote before. */
async function opened(
  journal = new MemoryJournal(),
  clock = new VirtualClock(),
  allowed: Caps = caps,
) {
  const entries = await Entries.load(journal, TARGET);
  const log = { write: () => undefined };
  const gate = await GuardGate.load({
    ...{ target: TARGET, journal, entries, clock, log, caps: allowed, wishes: [] },
  });
  const { admission } = gate;
  const judge = async (measured: readonly Measured[], revision = 'r1') => {
    const planned = { revision, managed: 10, measured, isShown: () => true };
    const judgement = await gate.judge(planned);
    admission.enforce(judgement);
    return judgement;
  };
  /** As the request is written before its call. */
  const write = (key: typeof A, intent: Intent) =>
    entries.update(key, (entry) => ({ ...admission.charged(entry, intent), intent }));
  const sent = (revision = 'r1') =>
    Promise.resolve(judge([], revision)).then(
      ({ report }) => report.findings.find(({ guard }) => guard === 'updates')?.sentInRevision,
    );
  const weights = async (key: typeof A) => entries.get(key).charges.map((one) => one.weights);
  return { admission, judge, write, sent, weights, journal, clock };
}

describe('what may be sent of a judged plan', () => {
  it('is nothing before one was judged, and nothing once none counts', async () => {
    const { admission, judge } = await opened();
    admission.begin(A);
    expect(admission.consider(A, change(A))).toBe('the plan has not been judged yet');
    await judge([change(A)]);
    expect(admission.consider(A, change(A))).toBeNull();
    admission.enforce(null);
    expect(admission.consider(A, change(A))).toBe('the plan has not been judged yet');
  });

  it('is nothing of what is refused, but for the second half of a recreation', async () => {
    const { admission, judge } = await opened();
    await judge([change(A), change(B)]);
    for (const key of [A, B]) admission.begin(key);
    const words = 'the guard for updates holds this target back';
    expect(admission.consider(A, change(A))).toBe(words);
    expect(admission.admit(A, request(A))).toBe(words);
    expect(admission.consider(B, change(B, ['update'], true))).toBeNull();
    expect(admission.admit(B, request(B))).toBeNull();
  });

  it('is nothing of which it is not known what it weighs', async () => {
    const { admission, judge } = await opened();
    await judge([change(A)]);
    const words = 'what it weighs for the guards is not known';
    expect(admission.admit(A, request(A))).toBe(words);
    admission.begin(A);
    expect(admission.admit(A, request(A))).toBe(words);
  });

  it('is one of two that come at one time, and all steps of that one', async () => {
    const { admission, judge, write, sent } = await opened();
    const specDigest = asDigest('sha256:content');
    const chain = { ...change(A, ['update', 'owner']), specDigest };
    await judge([chain]);
    for (const key of [A, B]) admission.begin(key);
    expect([admission.consider(A, chain), admission.consider(B, change(B))]).toEqual([null, null]);
    expect(admission.admit(A, request(A))).toBeNull();
    expect(admission.admit(B, request(B))).toContain('lets no more through');
    await write(A, request(A));
    const owner = request(A, { step: 'owner', token: asToken('tu1-owner') });
    const over = 'the guard for updates lets no more through now';
    expect(admission.consider(A, { ...chain, ...change(A, ['update', 'owner']) })).toBe(over);
    expect(admission.consider(A, { ...change(A, ['owner']), specDigest })).toBeNull();
    expect(admission.admit(A, owner)).toBeNull();
    await write(A, owner);
    expect(await sent()).toBe(1);
    expect(admission.consider(A, { ...change(A, ['owner']), specDigest })).toBe(over);
  });

  it('is nothing more of a pass that was barred, until another one begins', async () => {
    const { admission, judge, clock } = await opened();
    await judge([change(A)]);
    for (const key of [A, B]) admission.begin(key);
    for (const key of [A, B]) admission.consider(key, change(key));
    admission.admit(A, request(A));
    const barred = admission.admit(B, request(B));
    expect(barred).toContain('lets no more through');
    await clock.pass(25 * HOUR);
    await judge([change(B)], 'r2');
    expect(admission.consider(B, change(B))).toBe(barred);
    admission.begin(B);
    expect(admission.consider(B, change(B))).toBeNull();
  });
});

describe('the rest of a change that was begun by another process', () => {
  const steps = ['launchRole', 'update', 'createInstances'] as const;
  const content = asDigest('sha256:content');
  const of = (left: readonly Step[], parts: Partial<Measured> = {}): Measured => {
    const { change: one } = change(A, left);
    return { change: { ...one, instances: makes(2) }, specDigest: content, ...parts };
  };
  const makes = (created: number) => ({ created, removed: 0 });
  const nothing = { updates: 0, provisions: 0, terminations: 0 };
  const made = { ...nothing, provisions: 1 };
  /** Of two stack instances that are to be made, the first. */
  const creation = (token: string): Intent => {
    const preferences = {
      operation: 'CREATE',
      accounts: ['111122223333'],
      regions: [token],
      failureTolerance: null,
      maxConcurrency: null,
    } as const;
    const { request } = INTENT;
    if (request.operation !== 'UpdateProvisionedProduct') throw new Error('another request');
    const named = { ...request, preferences };
    return { ...INTENT, step: 'createInstances', token: asToken(token), request: named };
  };

  async function begun() {
    const { admission, judge, write, journal, clock } = await opened(undefined, undefined, many);
    await judge([of(steps)]);
    admission.begin(A);
    expect(admission.consider(A, of(steps))).toBeNull();
    const first = request(A, { step: 'launchRole', base: null });
    expect(admission.admit(A, first)).toBeNull();
    await write(A, first);
    return opened(journal, clock, many);
  }

  it('counts its stack instances one by one, and no update more', async () => {
    const { admission, judge, write, weights } = await begun();
    for (const [token, created] of [
      ['one', 2],
      ['two', 1],
    ] as const) {
      const { change: one, ...rest } = of(['createInstances']);
      const left = { change: { ...one, instances: makes(created) }, ...rest };
      const { report } = await judge([left]);
      expect(report.findings.map(({ planned }) => planned)).toEqual([0, created, 0]);
      admission.begin(A);
      expect(admission.consider(A, left)).toBeNull();
      expect(admission.admit(A, creation(token))).toBeNull();
      await write(A, creation(token));
    }
    expect(await weights(A)).toEqual([{ ...nothing, updates: 1 }, made, made]);
  });

  it.each<[string, Measured]>([
    ['asks for something else', of(['update'], { specDigest: asDigest('sha256:other') })],
    ['cannot be told by its content', change(A, ['update'])],
    ['holds a step besides', of(['update', 'owner'])],
    ['begins once more', of(['launchRole', 'update'])],
  ])('is not what %s', async (_what, left) => {
    const { judge } = await begun();
    const { report } = await judge([left]);
    expect(report.findings.find(({ guard }) => guard === 'updates')?.planned).toBe(1);
  });

  it('counts a replacement as a termination all the same', async () => {
    const { judge } = await begun();
    const one = of(['update']);
    const at = { file: 'a.yaml', line: 1, column: 1 };
    const product = { field: 'productId', step: 'update', label: 'product', at } as const;
    const live = { kind: 'text', text: 'a' } as const;
    const differences = [{ ...product, live, desired: { ...live, text: 'b' } }];
    const replaced = { ...one.change, instances: makes(0), differences };
    const { report } = await judge([{ ...one, change: replaced }]);
    expect(report.findings.map(({ planned }) => planned)).toEqual([0, 0, 1]);
  });
});

describe('a request that is repeated', () => {
  async function sentOnce() {
    const { admission, judge, write, journal, clock } = await opened();
    await judge([change(A)]);
    admission.begin(A);
    admission.consider(A, change(A));
    expect(admission.admit(A, request(A))).toBeNull();
    await write(A, request(A));
    const next = await opened(journal, clock);
    await next.judge([]);
    return next;
  }

  it('with its token counts once, also after a restart', async () => {
    const { admission, write, sent } = await sentOnce();
    expect(admission.admit(A, request(A))).toBeNull();
    await write(A, request(A));
    expect(await sent()).toBe(1);
  });

  it('with its next token, because the answer was an echo, counts no more either', async () => {
    const { admission, write, sent } = await sentOnce();
    const again = request(A, { generation: 1, token: asToken('tu1-again') });
    expect(admission.admit(A, again)).toBeNull();
    await write(A, again);
    expect(await sent()).toBe(1);
  });

  it.each<[string, Partial<Intent>]>([
    ['another one', { generation: 1, requestHash: asDigest('sha256:another') }],
    ['no answer to an echo', { generation: 0 }],
  ])('but is %s is not let through unweighed', async (_what, parts) => {
    const { admission } = await sentOnce();
    expect(admission.admit(A, request(A, { token: asToken('tu1-again'), ...parts }))).toBe(
      'what it weighs for the guards is not known',
    );
  });
});
