import { describe, expect, it } from 'vitest';
import { blankProduct } from '../../../src/diff/creation.ts';
import { countChanges, makePlan, planResult } from '../../../src/diff/plan.ts';
import { renderPlanMarkdown } from '../../../src/diff/render/markdown.ts';
import { renderPlanText } from '../../../src/diff/render/text.ts';
import type { Change, ChangeVerdict } from '../../../src/domain/change.ts';
import type { Caps } from '../../../src/domain/guard.ts';
import { asDigest, asTargetName, productKey } from '../../../src/domain/ids.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { aLive, aSpec, assessed, definitionsOf, factsFor, META } from '../build.ts';
import { guardsOf } from '../guarded.ts';

const CAPS: Caps = { maxChanges: 9, maxProvisions: 9, maxTerminations: 9 };
const digest = asDigest('sha256:0');
const stackArn = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/loose/x';

function planWith(changes: readonly Change[], caps: Caps = CAPS): Plan {
  const target = {
    name: asTargetName('prod'),
    accountId: null,
    region: 'eu-west-1',
    unreadable: null,
  };
  const made = makePlan({ targets: [{ ...target, changes }], documents: [], problems: [] });
  const meta = {
    ...META,
    guards: guardsOf(made.body.targets, caps),
  };
  return { ...made, meta };
}

function changeOf(name: string, verdict: ChangeVerdict, parts: Partial<Change> = {}): Change {
  const key = productKey({ kind: 'name', name });
  return { ...assessed(), differences: [], name, key, verdict, ...parts };
}

const terminate = (retain: boolean): ChangeVerdict => ({
  kind: 'terminate',
  steps: ['terminate'],
  retain,
  digest,
});
const text = (...changes: readonly Change[]) =>
  renderPlanText(planWith(changes), { detailedExitcode: true });

describe('the life cycle in a plan', () => {
  it('says what a termination takes away, and what it leaves', () => {
    expect(text(changeOf('a', terminate(false)))).toContain(
      'caution: its stack and what is in it are deleted',
    );
    expect(text(changeOf('a', terminate(true)))).toContain(
      'caution: Service Catalog forgets it; its stack and what is in it stay',
    );
    const account = changeOf('a', terminate(false), { type: 'CONTROL_TOWER_ACCOUNT' });
    expect(text(account)).toContain('caution: the account is no longer managed; it is not closed');
    expect(renderPlanMarkdown(planWith([account]))).toContain(
      'It terminates 1 provisioned product.',
    );
  });

  it('shows each value of what is new, and says that a recreation deletes first', () => {
    const base = aSpec();
    const spec = aSpec({
      tags: { team: 'a' },
      reconcile: { ...base.reconcile, onMissing: 'provision', onError: 'recreate' },
    });
    const creation = factsFor(spec, blankProduct(spec), definitionsOf([], 'notAllowed'));
    const fresh = text(assessed({ spec, live: { kind: 'absent' }, creation }));
    expect(fresh).toContain('To provision (1)');
    expect(fresh).toMatch(/version +not there +-> {2}1\.0/);
    expect(fresh).toContain('Writes  1 if applied: 1 provision product');
    const again = text(assessed({ spec, live: aLive({ status: 'ERROR' }), creation }));
    expect(again).toContain('caution: it is in ERROR: what is left of it is deleted first');
    expect(again).toContain('Writes  2 if applied: 1 provision product, 1 terminate product');
  });

  it('shows the order, and for what something waits', () => {
    const imported = changeOf(
      'a',
      { kind: 'import', steps: ['import'], stackArn, digest },
      { after: ['b', 'far/c'] },
    );
    expect(text(imported)).toContain('after: b, far/c');
    expect(text(imported)).toContain(stackArn);
    const waits = changeOf('a', {
      kind: 'waits',
      why: 'waits for b, which is refused',
      next: 'mend b',
    });
    expect(text(waits)).toContain('why:   waits for b, which is refused');
    expect(text(waits)).toContain('next:  mend b');
    expect(renderPlanMarkdown(planWith([waits]))).toContain('waits for b, which is refused');
  });

  it('counts each kind, and each is a change', () => {
    const all = [
      changeOf('a', terminate(false)),
      changeOf('b', { kind: 'import', steps: ['import'], stackArn, digest }),
      changeOf('c', { kind: 'provision', steps: ['terminate', 'provision', 'owner'], digest }),
      changeOf('d', { kind: 'waits', why: 'w', next: null }),
    ];
    expect(countChanges(planWith(all))).toMatchObject({
      acting: 3,
      updates: 0,
      provisions: 1,
      imports: 1,
      terminations: 1,
      waiting: 1,
      writes: { total: 5, provisions: 1, imports: 1, terminations: 2, properties: 1, updates: 0 },
    });
    for (const change of all) expect(planResult(planWith([change]), true).exitCode).toBe(2);
  });

  it.each([
    [
      'maxTerminations',
      'terminations',
      [changeOf('a', terminate(false))],
      '0 allowed (absolute): 1 too many',
    ],
    [
      'maxTerminations',
      'terminations',
      [changeOf('a', { kind: 'provision', steps: ['terminate', 'provision'], digest })],
      '0 allowed (absolute): 1 too many',
    ],
    [
      'maxProvisions',
      'provisions',
      [changeOf('a', { kind: 'provision', steps: ['provision'], digest })],
      '0 allowed (absolute): 1 too many',
    ],
    [
      'maxChanges',
      'updates',
      [changeOf('a', { kind: 'import', steps: ['import'], stackArn, digest })],
      '0 allowed (absolute): 1 too many',
    ],
  ] as const)('is refused by %s', (cap, guard, changes, flag) => {
    const plan = planWith(changes, { ...CAPS, [cap]: 0 });
    const findings = plan.meta.guards.flatMap((one) => one.findings);
    expect(findings.filter(({ verdict }) => verdict === 'refused')).toMatchObject([
      { guard, target: 'prod', planned: 1, allowed: 0, excess: 1 },
    ]);
    expect(planResult(plan, true).exitCode).toBe(1);
    expect(renderPlanText(plan, { detailedExitcode: true })).toContain(flag);
  });
});
