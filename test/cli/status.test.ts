import { expect, it } from 'vitest';
import type { App, JournalView } from '../../src/cli/app.ts';
import { statusCommand } from '../../src/cli/status.ts';
import type { DaemonView } from '../../src/domain/status.ts';
import { aStatus } from '../diff/build.ts';

const NOW = '2026-11-21T03:04:10.000Z';

const daemon: DaemonView = {
  ...{ host: 'trueup-0', pid: 1, startedAt: NOW, heartbeatAt: NOW, stoppedAt: null },
  ...{ lastPass: null, observeOnly: false, journalProblem: null, targets: [] },
  source: {
    ...{ directory: 'd', revision: 'r1', since: NOW, documents: 1, invalid: 0, problem: null },
  },
};

const sees = (source: Partial<DaemonView['source']>) => ({
  source: { ...daemon.source, ...source },
});

/** What is shown where everything that is known is as `known`, and with which exit code. */
async function statusOf(
  view: Partial<DaemonView>,
  { known = {}, flags = {} }: { readonly known?: object; readonly flags?: object } = {},
) {
  const out: string[] = [];
  const journal: Partial<JournalView> = {
    note: null,
    datedStatuses: async () => [{ ...aStatus('net-a', known), since: null }],
    daemon: async () => ({ ...daemon, ...view }),
    freezes: async () => [],
    accountId: async () => null,
    close: async () => undefined,
  };
  const app: Partial<App> = {
    io: {
      out: (text: string) => void out.push(text),
      err: () => undefined,
      colour: false,
    } as unknown as App['io'],
    invocation: {
      ...{ only: [], format: 'text', configFile: null, localState: null, flags },
    } as unknown as App['invocation'],
    now: () => Date.parse(NOW),
    windows: () => [],
    openJournal: async () => journal as JournalView,
  };
  const code = await statusCommand(app as App);
  return { code, text: out.join('') };
}

it.each<[string, number, Partial<DaemonView>]>([
  ['all is well', 0, {}],
  ['the source cannot be read', 1, sees({ problem: 'the link dangles' })],
  ['a document cannot be read', 1, sees({ invalid: 1 })],
  ['the journal cannot be written', 1, { journalProblem: 'permission denied' }],
  [
    'the daemon was killed long ago',
    0,
    { ...sees({ problem: 'the link dangles' }), heartbeatAt: '2026-11-21T03:02:00.000Z' },
  ],
  ['the daemon has stopped since', 0, { ...sees({ invalid: 1 }), stoppedAt: NOW }],
])('where %s, status ends with %d', async (_, code, view) => {
  expect((await statusOf(view)).code).toBe(code);
});

it('says which journal its commands need, where one was named', async () => {
  const known = { condition: 'Stalled', reason: 'Refused', next: 'ask again with trueup retry' };
  const needs = 'The commands above need --journal some/journal.db too.';
  const flags = { journal: 'some/journal.db' };
  expect((await statusOf({}, { known, flags })).text).toContain(needs);
  expect((await statusOf({}, { known })).text).not.toContain('above need');
  expect((await statusOf({}, { flags })).text).not.toContain('above need');
});
