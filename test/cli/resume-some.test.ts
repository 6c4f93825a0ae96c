import { expect, it } from 'vitest';
import type { App } from '../../src/cli/app.ts';
import { resumeCommand } from '../../src/cli/freeze.ts';
import type { Freeze } from '../../src/domain/hold.ts';

it('resume --only a --only b where only a is frozen', async () => {
  const out: string[] = [];
  let frozen: Freeze[] = [
    {
      scope: { target: null, name: 'a', labels: {} },
      reason: 'x',
      user: 'u',
      host: 'h',
      at: '2026-11-21T12:00:00Z',
    },
    {
      scope: { target: 'prod', name: 'b', labels: {} } as never,
      reason: 'x',
      user: 'u',
      host: 'h',
      at: '2026-11-21T12:00:00Z',
    },
  ];
  const app: Partial<App> = {
    io: {
      out: (t: string) => void out.push(t),
      err: (t: string) => void out.push(t),
      colour: false,
    } as unknown as App['io'],
    invocation: {
      only: ['a', 'b'],
      labels: [],
      format: 'text',
      configFile: null,
      localState: null,
      flags: {},
    } as unknown as App['invocation'],
    targets: ['prod'] as never,
    now: () => 0,
    openFreezer: async () =>
      ({
        note: null,
        path: 'j',
        daemon: async () => null,
        freezes: async () => frozen,
        statuses: async () => [],
        freeze: async () => undefined,
        lift: async (l: readonly Freeze[]) => {
          frozen = frozen.filter((f) => !l.includes(f));
        },
        close: async () => undefined,
      }) as never,
  };
  const code = await resumeCommand(app as App, []);
  expect(code).toBe(1);
});
