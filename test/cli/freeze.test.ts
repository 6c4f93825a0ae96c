import { expect, it } from 'vitest';
import type { App } from '../../src/cli/app.ts';
import { freezeCommand } from '../../src/cli/freeze.ts';
import type { Freeze } from '../../src/domain/hold.ts';
import type { ProductStatusView } from '../../src/domain/status.ts';

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

it('names everything that is in flight while it freezes', async () => {
  const out: string[] = [];
  const frozen: Freeze[] = [];
  const app: Partial<App> = {
    io: { out: (text: string) => void out.push(text), colour: false } as App['io'],
    invocation: { only: [], labels: [], format: 'text' } as unknown as App['invocation'],
    now: () => Date.parse('2026-11-21T12:00:00Z'),
    whoami: () => ({ user: 'ana', host: 'desk' }),
    openFreezer: async () => ({
      note: null,
      freezes: async () => frozen,
      statuses: async () => statuses,
      freeze: async (asked) => void frozen.push(...asked),
      lift: async () => undefined,
      close: async () => undefined,
    }),
  };
  expect(await freezeCommand(app as App, [], 'INC-1')).toBe(0);
  expect(out.join('').split('\n').slice(-6)).toEqual([
    '4 operations that were started before, followed to the end:',
    '  prod/created  record rec-created',
    '  prod/running  record rec-running',
    '  prod/rolling-back  record rec-rolling-back',
    '  prod/sent  no answer yet',
    '',
  ]);
});
