import { describe, expect, it } from 'vitest';
import { renderStatusText } from '../../../src/diff/render/status.ts';
import { asTargetName } from '../../../src/domain/ids.ts';
import type { DaemonView, ProductStatusView } from '../../../src/domain/status.ts';
import { aStatus, rec } from '../build.ts';

const NOW = '2026-11-21T03:04:10.000Z';

const view = aStatus;

const daemon: DaemonView = {
  host: 'trueup-0',
  pid: 1,
  startedAt: '2026-11-15T01:04:10.000Z',
  heartbeatAt: '2026-11-21T03:04:00.000Z',
  stoppedAt: null,
  lastPass: { at: '2026-11-21T03:02:41.000Z', tookMs: 12_000 },
  observeOnly: false,
  source: {
    directory: 'd',
    revision: 'd41a7c9',
    since: '2026-11-21T02:58:03.000Z',
    documents: 1_500,
    invalid: 0,
    problem: null,
  },
  journalProblem: null,
  targets: [
    {
      name: asTargetName('prod-eu'),
      accountId: '444455556666',
      region: 'eu-west-1',
      problem: null,
    },
  ],
};

const stalled = view('net-payments-prod', {
  condition: 'Stalled',
  reason: 'RecordFailed',
  recordId: rec('7bd5xw2mcy6ro'),
  recordStatus: 'FAILED',
  wanted: 'version 1.5.0',
  live: 'version 1.4.0',
  message: 'NatEip: The maximum number of addresses has been reached.',
  next: 'fix the cause, then: trueup retry prod-eu/net-payments-prod',
});
const flying = view('ledger-db', {
  condition: 'Reconciling',
  reason: 'InFlight',
  recordId: rec('2vz8hf4kqn9pe'),
  recordStatus: 'IN_PROGRESS',
});
const waiting = view('net-b', {
  condition: 'Reconciling',
  reason: 'Waiting',
  recordId: rec('x'),
  recordStatus: 'FAILED',
});

describe('renderStatusText', () => {
  it('shows who needs a person, with the way out', () => {
    const products = [
      waiting,
      { ...flying, since: '2026-11-21T02:53:06.000Z' },
      { ...stalled, since: '2026-11-21T03:03:55.000Z' },
      view('net-a', { unverified: 13 }),
      view('net-c', { drift: true }),
    ];
    expect(
      renderStatusText({ products, daemon, now: NOW }),
    ).toBe(`2026-11-21 03:04:10 UTC   1 needs a person

Daemon    running 6d 02h as trueup-0, last full pass 03:02:41, took 12s
Source    d41a7c9 since 02:58:03, 1,500 documents, 0 invalid
Journal   ok

TARGET   ACCOUNT       READY  IN FLIGHT  WAITING  STALLED  DRIFT  UNVERIFIED
prod-eu  444455556666      2          1        1        1      1          13

Stalled
  prod-eu/net-payments-prod   record rec-7bd5xw2mcy6ro FAILED 03:03:55
    wanted   version 1.5.0, network/prod/set.yaml:31:5, revision d41a7c9
    live     version 1.4.0
    reason   NatEip: The maximum number of addresses has been reached.
    next     fix the cause, then: trueup retry prod-eu/net-payments-prod

In flight
  prod-eu/ledger-db           record rec-2vz8hf4kqn9pe IN_PROGRESS 11m04s

Waiting (1)
  prod-eu/net-b
    waits    for its turn
`);
  });

  it.each<[string, Partial<DaemonView> | null, string]>([
    ['none', null, 'none has written to this journal'],
    [
      'silent',
      { heartbeatAt: '2026-11-21T03:00:00.000Z' },
      'no sign of life for 4m10s, last seen on trueup-0',
    ],
    ['stopped', { stoppedAt: '2026-11-21T03:00:00.000Z' }, 'stopped at 03:00:00 on trueup-0'],
    [
      'stopped, whose revision need not be the latest',
      { stoppedAt: '2026-11-21T03:00:00.000Z' },
      '0 invalid, last known',
    ],
    ['observing', { observeOnly: true }, 'as trueup-0, only observing'],
    ['before its first pass', { lastPass: null }, 'no full pass yet'],
    [
      'with an unreadable source',
      { source: { ...daemon.source, problem: 'the link leads nowhere' } },
      'the link leads nowhere',
    ],
    [
      'with a journal that cannot be written',
      { journalProblem: 'disk full' },
      'Journal   disk full',
    ],
    [
      'with a target in trouble',
      {
        targets: [
          { name: asTargetName('stage'), accountId: null, region: 'x', problem: 'AccessDenied' },
        ],
      },
      'target stage: AccessDenied',
    ],
  ])('tells of a daemon that is %s', (_what, parts, line) => {
    const now = { products: [], daemon: parts === null ? null : { ...daemon, ...parts }, now: NOW };
    expect(renderStatusText(now)).toContain(line);
  });

  it.each<[string, readonly ProductStatusView[], string]>([
    ['nothing', [], 'nothing is known yet'],
    ['all well', [view('a'), view('b')], 'all 2 ready'],
    ['under way', [view('a'), flying], '1 in flight'],
    ['under way and waiting', [flying, waiting, { ...waiting, name: 'c' }], '1 in flight, 2 wait'],
    ['waiting', [view('a'), waiting], '1 waits'],
    ['in trouble', [stalled, { ...stalled, name: 'b' }, flying], '2 need a person'],
  ])('opens with the whole in one line: %s', (_what, products, line) => {
    expect(renderStatusText({ products, daemon, now: NOW }).split('\n', 1)[0]).toContain(line);
  });

  it('lets nothing steer the terminal', () => {
    const hostile = view('a', {
      ...stalled,
      name: 'x\u001b[2J',
      message: '\u001b]0;title\u0007',
      next: '\u202e',
    });
    expect(renderStatusText({ products: [hostile], daemon, now: NOW })).not.toMatch(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass
      /[\u001b\u0007\u202e]/,
    );
  });
});

it('says once for each target what a guard holds back, with every name', () => {
  const held = ['net-b', 'net-a'].map((name) =>
    view(name, {
      condition: 'Stalled',
      reason: 'HeldByGuard',
      message: 'nothing of target prod-eu is changed: updates: 4 planned, 3 allowed (floor)',
      next: 'trueup approve 0123',
    }),
  );
  const text = renderStatusText({ products: [...held, stalled], daemon, now: NOW });
  expect(text).toContain(
    'Held back by a guard in prod-eu (2)\n  net-a, net-b\n    reason   nothing',
  );
  expect(text.match(/trueup approve/g)).toHaveLength(1);
  expect(text).toContain('Stalled\n  prod-eu/net-payments-prod');
  expect(text).toContain('3 need a person');
});

it('says once why many wait, with every name, and what helps', () => {
  const frozen = ['net-b', 'net-a'].map((name) =>
    view(name, {
      condition: 'Reconciling',
      reason: 'Frozen',
      message: 'frozen: INC-1, by ann@host since 2026-11-21 03:00:00 UTC',
    }),
  );
  const text = renderStatusText({ products: [...frozen, waiting], daemon, now: NOW });
  expect(text).toContain(`Waiting (3)
  prod-eu/net-a, prod-eu/net-b
    waits    frozen: INC-1, by ann@host since 2026-11-21 03:00:00 UTC
`);
  expect(text.match(/INC-1/g)).toHaveLength(1);
});
