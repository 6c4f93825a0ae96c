import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import planSchema from '../../../schemas/plan.schema.json' with { type: 'json' };
import { makePlan, planResult } from '../../../src/diff/plan.ts';
import { freezeLines } from '../../../src/diff/render/holds.ts';
import { renderPlanJson } from '../../../src/diff/render/json.ts';
import { renderPlanMarkdown } from '../../../src/diff/render/markdown.ts';
import { renderStatusText } from '../../../src/diff/render/status.ts';
import { renderPlanText } from '../../../src/diff/render/text.ts';
import { shownWindows } from '../../../src/diff/windows.ts';
import type { Freeze, FreezeScope, PlanHolds, SyncWindow } from '../../../src/domain/hold.ts';
import { asDigest, asTargetName } from '../../../src/domain/ids.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { assessed, META } from '../build.ts';

const prod = asTargetName('prod-eu');
const freezeOf = (scope: Partial<FreezeScope>, reason = 'INC-4711'): Freeze => ({
  scope: { target: null, name: null, labels: {}, ...scope },
  reason,
  user: 'anna',
  host: 'desk',
  at: '2026-11-21T12:00:00.000Z',
});

const WINDOW: SyncWindow = {
  kind: 'deny',
  schedule: '0 8 * * 1-5',
  durationMs: 10 * 3_600_000,
  timeZone: 'Europe/Berlin',
  targets: ['prod-eu'],
  names: ['net-*'],
  labels: { team: 'a' },
  manual: true,
  reason: 'business hours',
};

const why = 'frozen: INC-4711, by anna@desk since 2026-11-21 12:00:00 UTC';
const HOLDS: PlanHolds = {
  freezes: [freezeOf({})],
  windows: shownWindows([WINDOW], Date.parse('2026-11-20T12:00Z')),
  held: ['net-a', 'net-b'].map((name) => ({
    target: prod,
    name,
    kind: 'freeze',
    why,
    until: null,
  })),
};

function planWith(holds: PlanHolds | null): Plan {
  const verdict = {
    kind: 'update',
    steps: ['update'],
    cause: { kind: 'document' },
    digest: asDigest(`sha256:${'0'.repeat(64)}`),
  } as const;
  const change = { ...assessed(), differences: [], name: 'net-a', verdict };
  const targets = [
    { name: prod, accountId: null, region: 'eu-west-1', unreadable: null, changes: [change] },
  ];
  const made = makePlan({ targets, documents: [], problems: [] });
  const meta = { ...META, ...(holds === null ? {} : { holds }) };
  return { ...made, meta };
}

describe('freezes and windows for people', () => {
  it('stand in the plan with who, since when, why and what waits, within 80 columns', () => {
    const text = renderPlanText(planWith(HOLDS), { detailedExitcode: false });
    expect(text).toContain(`Frozen (1)
  everything, by anna@desk since 2026-11-21 12:00:00 UTC
      reason  INC-4711
      lift    trueup resume

Sync windows (1)
  deny 0 8 * * 1-5 for 10h, Europe/Berlin: target prod-eu; net-*; label team=a
      (business hours)
      in force until 2026-11-20 17:00:00 UTC; apply is let through

Not started now: 2 changes of this plan
  frozen: INC-4711, by anna@desk since 2026-11-21 12:00:00 UTC
      prod-eu/net-a, prod-eu/net-b
`);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('change neither digest nor exit code of a plan, and stand in its JSON as the schema says', () => {
    const [without, held] = [planWith(null), planWith(HOLDS)];
    expect(held.digest).toBe(without.digest);
    for (const detailed of [false, true])
      expect(planResult(held, detailed)).toEqual(planResult(without, detailed));
    const ajv = new Ajv2020({ strict: true, formats: { 'date-time': true } });
    const validate = ajv.compile(planSchema);
    expect(validate(JSON.parse(renderPlanJson(held))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('stand in the comment, where no reason can format anything', () => {
    const nasty = '`x` @everyone | <b>';
    const held = HOLDS.held.map((one) => ({ ...one, why: nasty }));
    const markdown = renderPlanMarkdown(planWith({ ...HOLDS, held }));
    expect(markdown).toContain('- not started now: 2 changes, ``');
    expect(markdown).not.toMatch(/^[^`]*@everyone/m);
  });

  it.each([
    [{}, 'everything', ''],
    [{ target: prod }, 'target prod-eu', ' --target prod-eu'],
    [{ name: 'net-a' }, 'net-a', ' --only net-a'],
    [{ target: prod, name: 'net-a' }, 'prod-eu/net-a', ' --target prod-eu --only net-a'],
    [{ labels: { team: 'a' } }, 'label team=a', ' -l team=a'],
    [
      { target: prod, labels: { team: 'a', tier: '1' } },
      'label team=a, tier=1 in target prod-eu',
      ' --target prod-eu -l team=a -l tier=1',
    ],
    [{ name: 'n', labels: { t: 'a' } }, 'n with label t=a', ' --only n -l t=a'],
  ])('%j is called %s and lifted by its own flags', (scope, words, flags) => {
    const lines = freezeLines([freezeOf(scope)]);
    expect(lines[1]?.startsWith(`  ${words}, by anna@desk`)).toBe(true);
    expect(lines.at(-1)).toBe(`      lift    trueup resume${flags}`);
  });

  it('stand on top of the status', () => {
    const now = '2026-11-21T12:30:00Z';
    const text = renderStatusText({ now, products: [], daemon: null, ...HOLDS });
    expect(text.split('\n').slice(1, 4)).toEqual([
      '',
      'Frozen (1)',
      '  everything, by anna@desk since 2026-11-21 12:00:00 UTC',
    ]);
    expect(text).toContain('Sync windows (1)');
  });
});
