import { describe, expect, it } from 'vitest';
import type { App, FailedMoveOf, JournalView } from '../../src/cli/app.ts';
import { approveCommand } from '../../src/cli/approve.ts';
import { askCommand } from '../../src/cli/ask.ts';
import { proceedCommand } from '../../src/cli/proceed.ts';
import {
  asArtifactId,
  asDigest,
  asProductId,
  asProductKey,
  asProvisionedProductId,
  asRecordId,
  asTargetName,
  type Digest,
} from '../../src/domain/ids.ts';
import type { DaemonView, ProductStatusView } from '../../src/domain/status.ts';
import type { PersonRequest } from '../../src/reconciler/ports/journal.ts';

const EU = asTargetName('prod-eu');
const US = asTargetName('prod-us');

const status = (name: string, id: string | null, target = EU, unverified = 1) =>
  ({
    ...{ target, name, unverified, key: asProductKey(`of:${target}/${id ?? name}`) },
    provisionedProductId: id === null ? null : asProvisionedProductId(id),
  }) as ProductStatusView;

const failed = (
  key: string,
  version: Partial<FailedMoveOf['version']>,
  target = EU,
  isWaived = false,
): FailedMoveOf => ({
  ...{ target, isWaived, recordId: asRecordId(`rec-${key}`), reason: 'No more addresses.' },
  version: {
    ...{ productId: asProductId('prod-net'), productName: 'network' },
    ...{ artifactId: asArtifactId('pa-2'), artifactName: 'v2', isMove: true },
    ...version,
  },
});

interface Known {
  readonly note: string;
  readonly statuses: readonly ProductStatusView[];
  readonly moves: readonly FailedMoveOf[];
  readonly daemon: Partial<DaemonView> | null;
  readonly document: Digest;
}

/** A command beside a journal that knows this much. */
async function beside(known: Partial<Known>, command: (app: App) => Promise<number>) {
  const asked: PersonRequest[] = [];
  const [out, err, closed]: [string[], string[], string[]] = [[], [], []];
  const app: Partial<App> = {
    io: {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
    } as App['io'],
    now: () => Date.parse('2026-11-21T12:00:00Z'),
    openJournal: async () =>
      ({
        note: known.note ?? null,
        heldPlans: async () => [],
        statuses: async () => known.statuses ?? [],
        documentDigest: async () => known.document ?? null,
        failedMoves: async () => known.moves ?? [],
        daemon: async () => (known.daemon ?? null) as DaemonView | null,
        ask: async (request: PersonRequest) => void asked.push(request),
        close: async () => void closed.push('journal'),
      }) as Partial<JournalView> as JournalView,
  };
  const code = await command(app as App);
  expect(closed).toHaveLength(1);
  return { code, asked, out: out.join(''), err: err.join('') };
}

describe('retry and accept', () => {
  const statuses = [
    status('net-a', 'pp-a'),
    status('net-a', 'pp-b'),
    status('net-b', 'pp-c'),
    status('net-b', 'pp-d', US),
    status('net-c', null, US),
  ];

  it.each([
    ['pp-b', 'of:prod-eu/pp-b'],
    ['prod-eu/net-b', 'of:prod-eu/pp-c'],
    ['prod-us/net-b', 'of:prod-us/pp-d'],
    ['net-c', 'of:prod-us/net-c'],
  ])('of %s is put down for that one alone', async (name, key) => {
    const { code, asked, out } = await beside({ statuses }, (app) =>
      askCommand(app, 'retry', name),
    );
    expect([code, asked]).toEqual([
      0,
      [{ kind: 'retry', target: key.includes('prod-us') ? US : EU, key }],
    ]);
    expect(out).toContain('is recorded; the next apply or run takes it up');
  });

  it.each([
    ['net-a', 'net-a could be prod-eu/net-a (pp-a) or prod-eu/net-a (pp-b)'],
    ['prod-eu/net-a', 'could be prod-eu/net-a (pp-a) or prod-eu/net-a (pp-b)'],
    ['net-b', 'net-b could be prod-eu/net-b (pp-c) or prod-us/net-b (pp-d)'],
    ['net-d', 'knows no net-d; it knows 5 provisioned products'],
    ['prod-us/net-a', 'knows no prod-us/net-a; it knows 5 provisioned products'],
  ])('of %s is refused: it is not told which', async (name, says) => {
    for (const kind of ['retry', 'accept'] as const) {
      const { code, asked, err } = await beside({ statuses }, (app) => askCommand(app, kind, name));
      expect([code, asked]).toEqual([1, []]);
      expect(err).toContain(says);
      expect(err).toContain('next: ');
    }
  });

  it.each([
    ['nte-c', statuses, 'next: did you mean net-c?'],
    ['something-else', statuses, 'next: trueup status --format json shows the names'],
    ['net-c', [], 'next: name the journal of the estate with --journal'],
  ])('of %s is refused with what was meant', async (name, known, next) => {
    const { code, err } = await beside({ statuses: known }, (app) =>
      askCommand(app, 'retry', name),
    );
    expect([code, err]).toEqual([1, expect.stringContaining(next)]);
  });

  it('tells two apart of which one has no id yet', async () => {
    const two = [status('net-a', null), status('net-a', 'pp-b')];
    const { err } = await beside({ statuses: two }, (app) => askCommand(app, 'retry', 'net-a'));
    expect(err).toContain('could be prod-eu/net-a or prod-eu/net-a (pp-b)\n');
  });

  it('accepts only where something is unverified; a retry needs nothing of the kind', async () => {
    const known = { statuses: [status('net-a', 'pp-a', EU, 0)] };
    const accepted = await beside(known, (app) => askCommand(app, 'accept', 'net-a'));
    expect([accepted.code, accepted.asked]).toEqual([1, []]);
    expect(accepted.err).toContain('nothing of prod-eu/net-a is unverified');
    const retried = await beside(known, (app) => askCommand(app, 'retry', 'net-a'));
    expect([retried.code, retried.asked.length]).toEqual([0, 1]);
    const other = { statuses: [status('net-a', 'pp-a')] };
    const taken = await beside(other, (app) => askCommand(app, 'accept', 'net-a'));
    const meant = { kind: 'accept', target: EU, key: 'of:prod-eu/pp-a' };
    expect(taken.asked).toEqual([meant]);
    const seen = { ...other, document: asDigest('hmac:a#b') };
    const bound = await beside(seen, (app) => askCommand(app, 'accept', 'net-a'));
    expect(bound.asked).toEqual([{ ...meant, document: 'hmac:a#b' }]);
  });

  it.each([
    [
      { pid: 7, stoppedAt: null, heartbeatAt: '2026-11-21T11:58:30Z' },
      'the daemon (pid 7) takes it up at its next look',
    ],
    [
      { pid: 7, host: 'ci-1', stoppedAt: null, heartbeatAt: '2026-11-18T12:00:00Z' },
      'the daemon (pid 7 on ci-1) gave no sign of life for 3d 00h: if it is gone, the next apply or run takes it up',
    ],
    [{ pid: 7, stoppedAt: '2026-11-21T12:00:00Z' }, 'the next apply or run takes it up'],
  ])('says who takes it up', async (daemon, says) => {
    const { out } = await beside({ statuses, daemon }, (app) => askCommand(app, 'retry', 'net-c'));
    expect(out).toBe(`retry of prod-us/net-c is recorded; ${says}\n`);
  });
});

describe('proceed', () => {
  const moves = [
    failed('net-a', {}),
    failed('net-b', {}),
    failed('net-c', { productId: asProductId('prod-old') }, US),
    failed('data-a', { productId: asProductId('prod-data'), productName: null }),
    failed('log-a', { productId: asProductId('prod-log'), productName: 'log' }, EU, true),
  ];
  const asked = { kind: 'proceed', target: EU } as const;
  const eu = { ...asked, product: 'prod-net', records: ['rec-net-a', 'rec-net-b'] };
  const us = { ...asked, target: US, product: 'prod-old', records: ['rec-net-c'] };

  it.each([
    ['network', [eu, us], 'prod-eu/network in spite of 2 failures'],
    ['prod-eu/network', [eu], 'prod-eu/network in spite of 2 failures'],
    ['prod-us/network', [us], 'prod-us/network in spite of 1 failure '],
    ['prod-net', [eu], 'prod-eu/prod-net in spite of 2 failures'],
    ['prod-eu/prod-net', [eu], 'prod-eu/prod-net in spite of 2 failures'],
    [
      'prod-data',
      [{ ...asked, product: 'prod-data', records: ['rec-data-a'] }],
      'prod-eu/prod-data in spite of 1 failure ',
    ],
  ])('with %s is put down for each target that it names', async (name, requests, says) => {
    const { code, asked, out } = await beside({ moves }, (app) => proceedCommand(app, name));
    expect([code, asked]).toEqual([0, requests]);
    expect(out).toContain(`proceed with ${says}`);
  });

  it.each(['log', 'prod-us/prod-net', 'prod-xx', 'null'])(
    'with %s is refused: nothing holds it back',
    async (name) => {
      const { code, asked, err } = await beside({ moves }, (app) => proceedCommand(app, name));
      expect([code, asked]).toEqual([1, []]);
      expect(err).toContain('is held by a failure');
    },
  );
});

const DIGEST = '0123456789abcdef0123456789abcdef';

it.each<readonly [string, (app: App) => Promise<number>]>([
  ['retry', (app) => askCommand(app, 'retry', 'net-a')],
  ['accept', (app) => askCommand(app, 'accept', 'net-a')],
  ['proceed', (app) => proceedCommand(app, 'network')],
  ['approve', (app) => approveCommand(app, DIGEST)],
])(
  '%s says that there is no journal, instead of what such a journal does not know',
  async (_name, command) => {
    const { code, asked, err } = await beside({ note: 'there is no journal at j.db' }, command);
    expect([code, asked]).toEqual([1, []]);
    expect(err).toBe(
      'trueup: there is no journal at j.db\nnext: apply or run makes it; where it lies elsewhere, name it with --journal\n',
    );
  },
);

it('approve tells how a plan is allowed that no daemon holds back', async () => {
  const { code, err } = await beside({}, (app) => approveCommand(app, DIGEST));
  expect([code, err]).toEqual([1, expect.stringContaining('trueup apply DIR --approve DIGEST')]);
});
