import { describe, expect, it } from 'vitest';
import { DEFAULT_GUARDS } from '../../src/config/guards.ts';
import type { Measured } from '../../src/diff/change-weight.ts';
import type { Intent } from '../../src/domain/entry.ts';
import { asDigest, asToken } from '../../src/domain/ids.ts';
import type { Step } from '../../src/domain/request.ts';
import { Entries } from '../../src/reconciler/entries.ts';
import { GuardGate } from '../../src/reconciler/guard-gate.ts';
import { anIntent, assessed } from '../diff/build.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { MemoryJournal } from './memory-journal.ts';
import { HOUR, keyOf } from './networks.ts';
import { TARGET } from './world.ts';

/** One update of ten may be sent. */
const caps = { maxChanges: 1, maxProvisions: 1, maxTerminations: 1, ...DEFAULT_GUARDS };

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
async function opened(journal = new MemoryJournal(), clock = new VirtualClock()) {
  const entries = await Entries.load(journal, TARGET);
  const log = { write: () => undefined };
  const gate = await GuardGate.load({
    ...{ target: TARGET, journal, entries, clock, log, caps, wishes: [] },
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
  return { admission, judge, write, sent, journal, clock };
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
    const chain = change(A, ['update', 'owner']);
    await judge([chain]);
    for (const key of [A, B]) admission.begin(key);
    expect([admission.consider(A, chain), admission.consider(B, change(B))]).toEqual([null, null]);
    expect(admission.admit(A, request(A))).toBeNull();
    expect(admission.admit(B, request(B))).toContain('lets no more through');
    await write(A, request(A));
    const owner = request(A, { step: 'owner', token: asToken('tu1-owner') });
    expect(admission.consider(A, change(A, ['owner']))).toBeNull();
    expect(admission.admit(A, owner)).toBeNull();
    expect(await sent()).toBe(1);
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
