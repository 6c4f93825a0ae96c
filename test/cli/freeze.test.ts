import { expect, it } from 'vitest';
import type { App } from '../../src/cli/app.ts';
import { freezeCommand } from '../../src/cli/freeze.ts';
import type { Freeze } from '../../src/domain/hold.ts';
import type { DaemonView, ProductStatusView } from '../../src/domain/status.ts';

const at = (name: string, condition: string, recordStatus: string | null, reason = 'Updating') =>
  ({
    ...{ target: 'prod', key: `name:${name}`, name, condition, recordStatus, reason },
    recordId: recordStatus === null ? null : `rec-${name}`,
  }) as ProductStatusView;

const statuses = [
  at('created', 'Reconciling', 'CREATED'),
  at('running', 'Reconciling', 'IN_PROGRESS'),
  at('rolling-back', 'Reconciling', 'IN_PROGRESS_IN_ERROR'),
  at('sent', 'Reconciling', null, 'Sent'),
  at('waiting', 'Reconciling', null, 'Waiting'),
  at('over', 'Reconciling', 'SUCCEEDED', 'Waiting'),
  at('failed', 'Stalled', 'FAILED'),
];

const NOW = Date.parse('2026-11-21T12:00:00Z');

const alive = { pid: 7, host: 'pod-0', heartbeatAt: '2026-11-21T11:59:50Z', stoppedAt: null };

async function freeze(known: readonly ProductStatusView[], daemon: object | null, flags = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const frozen: Freeze[] = [];
  const app: Partial<App> = {
    io: {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      colour: false,
    } as App['io'],
    invocation: {
      ...{ only: [], labels: [], format: 'text', configFile: null, localState: null, flags },
    } as unknown as App['invocation'],
    now: () => NOW,
    whoami: () => ({ user: 'ana', host: 'desk' }),
    openFreezer: async () => ({
      note: null,
      path: 'some/journal.db',
      daemon: async () => daemon as DaemonView | null,
      freezes: async () => frozen,
      statuses: async () => known,
      freeze: async (asked) => void frozen.push(...asked),
      lift: async () => undefined,
      close: async () => undefined,
    }),
  };
  expect(await freezeCommand(app as App, [], 'INC-1')).toBe(0);
  return { out: out.join(''), err: err.join('') };
}

it('names everything that is in flight while it freezes', async () => {
  const { out, err } = await freeze(statuses, alive);
  expect(err).toBe('');
  expect(out.split('\n').slice(-6)).toEqual([
    '4 operations that were started before, followed to the end:',
    '  prod/created  record rec-created',
    '  prod/running  record rec-running',
    '  prod/rolling-back  record rec-rolling-back',
    '  prod/sent  no answer yet',
    '',
  ]);
});

it.each([
  ['that nobody ever used', [], null, 'no apply or run has ever used the journal some/journal.db'],
  [
    'whose daemon has stopped',
    statuses,
    { ...alive, stoppedAt: '2026-11-21T11:59:55Z' },
    'no daemon works now with the journal some/journal.db',
  ],
  [
    'whose daemon gives no sign of life',
    statuses,
    { ...alive, heartbeatAt: '2026-11-21T11:00:00Z' },
    'no daemon works now with the journal some/journal.db',
  ],
])('says of a journal %s that it may be the wrong one', async (_what, known, daemon, words) => {
  const { err } = await freeze(known, daemon);
  expect(err).toContain(words);
  expect(err).toContain('--journal');
});

it('says nothing of the kind where apply is used without a daemon', async () => {
  expect((await freeze(statuses, null)).err).toBe('');
});

it('says which journal its commands need, where one was named', async () => {
  const needs = /need --journal some\/journal\.db too\.\n$/;
  expect((await freeze([], alive, { journal: 'some/journal.db' })).out).toMatch(needs);
  expect((await freeze([], alive)).out).not.toMatch(/need --journal/);
});
