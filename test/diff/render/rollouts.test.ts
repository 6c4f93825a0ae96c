import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import planSchema from '../../../schemas/plan.schema.json' with { type: 'json' };
import { makePlan } from '../../../src/diff/plan.ts';
import { renderPlanJson } from '../../../src/diff/render/json.ts';
import { renderPlanMarkdown } from '../../../src/diff/render/markdown.ts';
import { renderStatusText } from '../../../src/diff/render/status.ts';
import { renderPlanText } from '../../../src/diff/render/text.ts';
import type { Change } from '../../../src/domain/change.ts';
import { asRecordId, asTargetName, productKey } from '../../../src/domain/ids.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import type { RolloutPart, RolloutView } from '../../../src/domain/rollout.ts';
import { aSpec, aStatus, assessed, META, value } from '../build.ts';

const PART: RolloutPart = {
  product: 'network-baseline',
  version: '1.5.0',
  stage: 'rest',
  after: ['net-a', 'net-b'],
  isPaused: false,
};

const VIEW: RolloutView = {
  product: 'network-baseline',
  version: '1.5.0',
  canaries: ['net-a', 'net-b'],
  members: 300,
  running: 12,
  maxFailures: 1,
  pauseOnFailure: true,
  failures: [],
  paused: null,
};

const PAUSED: RolloutView = {
  ...VIEW,
  failures: [{ name: 'net-a', recordId: asRecordId('rec-1'), reason: 'No more *room*.' }],
  paused: {
    why: 'its rollout is paused: net-a failed to move to network-baseline 1.5.0: record rec-1: No more *room*.',
    next: 'declare another version',
  },
};

const base = assessed({ spec: aSpec({ parameters: { Size: value('big') } }) });

const changeOf = (name: string, rollout: RolloutPart, parts: Partial<Change> = {}): Change => ({
  ...base,
  name,
  key: productKey({ kind: 'name', name }),
  rollout,
  ...parts,
});

function planOf(changes: readonly Change[], rollouts: readonly RolloutView[]): Plan {
  const target = {
    name: asTargetName('prod'),
    accountId: null,
    region: 'eu-west-1',
    unreadable: null,
  };
  const made = makePlan({
    targets: [{ ...target, changes, rollouts }],
    documents: [],
    problems: [],
  });
  return { ...made, meta: META };
}

const text = (plan: Plan) => renderPlanText(plan, { detailedExitcode: true });

const waits = (change: Change): Change => ({
  ...change,
  verdict: { kind: 'waits', why: PAUSED.paused?.why ?? '', next: 'declare another version' },
});

describe('a rollout in a plan', () => {
  it.each<[RolloutPart['stage'], string]>([
    ['canary', 'turn:  canary of network-baseline 1.5.0'],
    ['needed', 'turn:  before the canaries of network-baseline 1.5.0, which depend on it'],
    ['again', 'turn:  tried again, before the others of network-baseline 1.5.0'],
    ['rest', 'turn:  after net-a, net-b'],
  ])('says when the turn of each comes: %s', (stage, line) => {
    const after = stage === 'rest' ? PART.after : [];
    const plan = planOf([changeOf('net-c', { ...PART, stage, after })], [VIEW]);
    expect(text(plan)).toContain(`    ${line}\n`);
    expect(renderPlanMarkdown(plan)).toContain(line.replace('turn:  ', 'turn: `'));
  });

  it('says for whom a canary waits that goes after what is tried again', () => {
    const part = { ...PART, stage: 'canary', after: ['net-b'] } as const;
    expect(text(planOf([changeOf('net-c', part)], [VIEW]))).toContain(
      '    turn:  canary of network-baseline 1.5.0, after net-b\n',
    );
  });

  it('says nothing of a turn that comes at once', () => {
    expect(text(planOf([changeOf('net-c', { ...PART, after: [] })], [VIEW]))).not.toContain(
      'turn:',
    );
  });

  it('says how far it is, who goes first and when it pauses', () => {
    expect(text(planOf([changeOf('net-c', PART)], [VIEW]))).toContain(
      'Rollouts\n' +
        '  ok        prod   network-baseline 1.5.0\n' +
        '            12 of 300 run it; canaries net-a, net-b; pauses after 1 failure\n',
    );
    const free = { ...VIEW, pauseOnFailure: false, canaries: [] };
    expect(text(planOf([], [free]))).toContain('12 of 300 run it; a failure holds nobody back\n');
  });

  it('gives the reason of a pause once, and not with each that waits', () => {
    const held = ['net-c', 'net-d'].map((name) =>
      waits(changeOf(name, { ...PART, isPaused: true })),
    );
    const plan = planOf(held, [PAUSED]);
    const shown = text(plan);
    expect(shown).toContain('  paused    prod   network-baseline 1.5.0\n');
    expect(shown.match(/No more \*room\*/g)).toHaveLength(1);
    expect(shown.match(/why: +its rollout is paused\n/g)).toHaveLength(2);
    expect(shown.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const page = renderPlanMarkdown(plan);
    expect(page.match(/No more \*room\*/g)).toHaveLength(1);
    expect(page).toContain('**Applying this makes no call: 1 rollout is paused.**');
    expect(page).toContain('- rollout of `prod/network-baseline 1.5.0`, **paused**');
  });

  it('is as the schema says', () => {
    const ajv = new Ajv2020({ strict: true, formats: { 'date-time': true } });
    const validate = ajv.compile(planSchema);
    const plan = planOf([changeOf('net-c', PART)], [VIEW, PAUSED]);
    const valid = validate(JSON.parse(renderPlanJson(plan)));
    expect(validate.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });
});

describe('a paused rollout in the status', () => {
  const view = (name: string) =>
    aStatus(name, {
      target: asTargetName('prod'),
      condition: 'Reconciling',
      sync: 'OutOfSync',
      reason: 'RolloutPaused',
      message: PAUSED.paused?.why ?? '',
      next: 'declare another version',
    });

  it('stands there once, with the number of those that wait', () => {
    const products = [
      { ...view('net-a'), condition: 'Stalled' as const, reason: 'RecordFailed' },
      view('net-b'),
      view('net-c'),
    ];
    const shown = renderStatusText({ products, daemon: null, now: '2026-11-21T03:04:10.000Z' });
    expect(shown).toContain('1 needs a person; a rollout is paused\n');
    expect(shown).toContain('Paused rollouts\n  prod  2 wait: its rollout is paused: net-a failed');
    expect(shown).not.toContain('net-b');
    expect(shown).toContain('    next     declare another version\n');
  });
});
