import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_GUARDS } from '../../src/config/guards.ts';
import type { Measured } from '../../src/diff/change-weight.ts';
import { allowanceOf } from '../../src/diff/guards.ts';
import { EMPTY_ENTRY, type Intent } from '../../src/domain/entry.ts';
import { type Caps, WEIGHTLESS } from '../../src/domain/guard.ts';
import {
  asDigest,
  asProductKey,
  asProvisionedProductId,
  asRecordId,
  asToken,
} from '../../src/domain/ids.ts';
import { Entries } from '../../src/reconciler/entries.ts';
import { GuardGate } from '../../src/reconciler/guard-gate.ts';
import { Ledger } from '../../src/reconciler/ledger.ts';
import { assessed } from '../diff/build.ts';
import { INTENT } from '../journal/fixtures.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { MemoryJournal } from './memory-journal.ts';
import { TARGET } from './world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const caps: Caps = { maxChanges: 6, maxProvisions: 10, maxTerminations: 3, ...DEFAULT_GUARDS };

type Move =
  | { readonly kind: 'pass'; readonly hours: number }
  | { readonly kind: 'jump'; readonly hours: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'revision'; readonly of: number }
  /** So many changes are planned, judged and sent, all at one time. */
  | { readonly kind: 'plan'; readonly count: number }
  /** So many more than the last plan held are tried, as passes that come back do. */
  | { readonly kind: 'press'; readonly count: number };

const move = (jumps: boolean): fc.Arbitrary<Move> =>
  fc.oneof(
    fc.record({ kind: fc.constant('pass' as const), hours: fc.integer({ min: 0, max: 30 }) }),
    fc.record({ kind: fc.constant('revision' as const), of: fc.nat(3) }),
    fc.record({ kind: fc.constant('plan' as const), count: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ kind: fc.constant('press' as const), count: fc.integer({ min: 1, max: 4 }) }),
    // A jump while no process runs cannot be told from time that has passed.
    jumps
      ? fc.record({ kind: fc.constant('jump' as const), hours: fc.integer({ min: -72, max: 72 }) })
      : fc.record({ kind: fc.constant('restart' as const) }),
  );

interface Sent {
  readonly ms: number;
  readonly revision: string;
}

/** One target's gate, and everything that it let through. */
class Desk {
  readonly clock = new VirtualClock();
  readonly sent: Sent[] = [];
  readonly #journal = new MemoryJournal();
  readonly #managed: number;
  #entries: Entries | null = null;
  #gate: GuardGate | null = null;
  #revision = 'r0';
  #serial = 0;

  constructor(managed: number) {
    this.#managed = managed;
  }

  async start(): Promise<void> {
    this.#entries = await Entries.load(this.#journal, TARGET);
    this.#gate = await GuardGate.load({
      target: TARGET,
      journal: this.#journal,
      entries: this.#entries,
      clock: this.clock,
      log: { write: () => undefined },
      caps,
      wishes: [],
    });
  }

  async make(step: Move): Promise<void> {
    switch (step.kind) {
      case 'pass':
        return this.clock.pass(step.hours * HOUR);
      case 'jump':
        return this.clock.jump(step.hours * HOUR);
      case 'restart':
        return this.start();
      case 'revision':
        this.#revision = `r${step.of}`;
        this.#gate?.admission.enforce(null);
        return;
      case 'plan': {
        const measured = this.#changes(step.count);
        await this.#judge(measured);
        return this.#send(measured);
      }
      case 'press':
        return this.#send(this.#changes(step.count));
      default:
        return step satisfies never;
    }
  }

  async #judge(measured: readonly Measured[]): Promise<void> {
    const judgement = await this.#gate?.judge({
      revision: this.#revision,
      managed: this.#managed,
      measured,
      isShown: () => true,
    });
    this.#gate?.admission.enforce(judgement ?? null);
  }

  #changes(count: number): readonly Measured[] {
    return Array.from({ length: count }, () => {
      this.#serial += 1;
      const digest = asDigest(`sha256:${this.#serial}`);
      const verdict = {
        kind: 'update',
        steps: ['update'],
        cause: { kind: 'document' },
        digest,
      } as const;
      const key = asProductKey(`name:net-${this.#serial}`);
      return { change: { ...assessed(), key, verdict, differences: [] }, instances: 0 };
    });
  }

  async #send(measured: readonly Measured[]): Promise<void> {
    await Promise.all(measured.map((one, index) => this.#sendOne(one, `${this.#serial}-${index}`)));
  }

  async #sendOne(measured: Measured, id: string): Promise<void> {
    const [gate, entries] = [this.#gate, this.#entries];
    if (gate === null || entries === null) return;
    const { key } = measured.change;
    const intent: Intent = {
      ...INTENT,
      step: 'update',
      token: asToken(`tu1-${id}`),
      revision: this.#revision,
      request: {
        operation: 'UpdateProvisionedProductProperties',
        provisionedProductId: asProvisionedProductId('pp-1'),
        property: 'OWNER',
        value: 'x',
        acceptLanguage: null,
      },
    };
    gate.admission.begin(key);
    if (gate.admission.consider(key, measured) !== null) return;
    // Between the two lie a look at AWS and the wait for a ticket, while others go on.
    await Promise.resolve();
    if (gate.admission.admit(key, intent) !== null) return;
    // What is let through counts from that moment on, also while it is on its way to the disk.
    this.sent.push({ ms: this.clock.monotonic(), revision: this.#revision });
    await entries.update(key, (entry) => gate.admission.charged(entry, intent));
    // A repeat of the same request is no second one.
    expect(gate.admission.admit(key, intent)).toBeNull();
    await entries.update(key, (entry) => gate.admission.charged(entry, intent));
  }
}

describe('never more starts than are allowed', () => {
  it.each([
    ['restarts', false],
    ['jumps of the wall clock', true],
  ] as const)('in any 24 hours and any revision, whatever comes, with %s', async (_, jumps) => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(40),
        fc.array(move(jumps), { minLength: 1, maxLength: 40 }),
        async (managed, moves) => {
          const desk = new Desk(managed);
          await desk.start();
          for (const step of moves) await desk.make(step);
          const { allowed } = allowanceOf('updates', caps, managed);
          for (const { ms, revision } of desk.sent) {
            const near = desk.sent.filter((one) => one.ms >= ms && one.ms < ms + DAY);
            expect(near.length).toBeLessThanOrEqual(allowed);
            const same = desk.sent.filter((one) => one.revision === revision);
            expect(same.length).toBeLessThanOrEqual(allowed);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('and a day later as many again', async () => {
    const desk = new Desk(10);
    await desk.start();
    await desk.make({ kind: 'plan', count: 3 });
    await desk.make({ kind: 'revision', of: 1 });
    await desk.make({ kind: 'plan', count: 1 });
    expect(desk.sent).toHaveLength(3);
    await desk.make({ kind: 'pass', hours: 24 });
    await desk.make({ kind: 'plan', count: 3 });
    expect(desk.sent).toHaveLength(6);
  });

  it('and what could not be written, so that it was never sent, counts anew when it comes again', async () => {
    const clock = new VirtualClock();
    const ledger = new Ledger(await Entries.load(new MemoryJournal(), TARGET), clock);
    const [token, revision] = [asToken('tu1-1'), 'r1'];
    const weights = { updates: 1, provisions: 0, terminations: 0 };
    ledger.reserve({
      token,
      at: new Date(clock.now()).toISOString(),
      revision,
      weights,
      approved: null,
    });
    expect(ledger.sent(revision)).toMatchObject({ window: weights, revision: weights });
    await clock.pass(DAY);
    expect(ledger.sent(revision)).toMatchObject({ window: WEIGHTLESS, revision: WEIGHTLESS });
    expect(
      ledger.find(EMPTY_ENTRY, { token, base: asRecordId('rec-1'), step: 'update' }),
    ).toBeNull();
  });
});
