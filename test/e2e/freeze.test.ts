import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, Desk, networkYaml, quickNetworks, type Started } from './support.ts';

const NAMES = Array.from({ length: 12 }, (_, i) => `net-${String(i).padStart(2, '0')}`);

const seed = quickNetworks({
  timing: { accepted: '100ms', running: '400ms', remediation: '100ms', properties: '100ms' },
  names: NAMES,
});

const network = (name: string) => networkYaml(name, 'B');

const account = ['--account', ACCOUNT];
const RUN = [
  ...['run', 'desired', ...account, '--log-format', 'text', '--max-in-flight', '2'],
  ...['--writes-per-second', '20', '--settle', '50ms', '--poll-interval', '100ms'],
];

async function frozenNames(desk: Desk): Promise<number> {
  const status = await desk.run(['status', '--format', 'json']);
  const { products } = JSON.parse(status.out) as { products: { reason: string }[] };
  return products.filter(({ reason }) => reason === 'Frozen').length;
}

async function kill(daemon: Started): Promise<void> {
  daemon.child.kill('SIGKILL');
  await daemon.ended;
}

describe('freeze and resume', () => {
  it('while 10 updates wait: none starts, not after kill -9 either, and resume lets them go on', async () => {
    await using desk = await Desk.open(seed);
    // All may be updated at once as far as the guards go: what holds them here is the freeze.
    await desk.write('trueup.yaml', 'guards: {updates: {floor: 20}}\n');
    await desk.write('desired/a.yaml', NAMES.map(network).join('---\n'));
    const first = desk.start(RUN);
    await first.seen(/update\.accepted.*update\.accepted/s);
    const freeze = await desk.run(['freeze', '--reason', 'INC-4711: database migration']);
    const returnedAt = Date.now();
    const started = desk.writes().length;
    expect(freeze).toMatchObject({ code: 0 });
    expect(freeze.out).toContain('Frozen (1)\n  everything, by ');
    expect(freeze.out).toContain('reason  INC-4711: database migration');
    expect(started).toBeLessThan(NAMES.length - 4);
    // What was in flight has ended, and every other one has had its turn since.
    while ((await frozenNames(desk)) < NAMES.length - started || Date.now() < returnedAt + 1_500);
    expect(desk.writes()).toHaveLength(started);
    expect(desk.writes().every(({ at }) => at <= returnedAt)).toBe(true);
    await kill(first);

    const second = desk.start(RUN);
    await second.seen(/review\.finished/);
    const plan = await desk.run(['plan', 'desired', ...account]);
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.out).toContain(`Not started now: ${NAMES.length - started} changes of this plan`);
    expect(await frozenNames(desk)).toBe(NAMES.length - started);
    expect(desk.writes()).toHaveLength(started);

    const resume = await desk.run(['resume']);
    expect(resume).toMatchObject({ code: 0 });
    expect(resume.out).toMatch(/^lifted: everything, frozen by .*\nnothing is frozen now\n$/);
    // All that waited is let go on at once; the first of it is enough to see.
    while (desk.writes().length === started) await new Promise((resolve) => setImmediate(resolve));
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  }, 60_000);

  it('before the first start: the journal is made, apply and run honour it, plan shows it', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', `${network('net-00')}---\n${network('net-01')}`);
    expect(await desk.run(['resume'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no journal at .trueup/journal.db'),
    });
    const freeze = await desk.run([
      'freeze',
      '--only',
      'default/net-00,nobody',
      '--reason',
      'wait',
    ]);
    expect(freeze).toMatchObject({ code: 0, err: expect.stringContaining('nobody') });
    const plan = await desk.run(['plan', 'desired', '--detailed-exitcode', ...account]);
    expect(plan.code).toBe(2);
    expect(plan.out).toMatch(/frozen: wait, by \S+@\S+ since [-0-9]+ [:0-9]+ UTC/);
    const apply = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(apply.code).toBe(1);
    expect(apply.out).toMatch(/x default\/net-00\n {4}why: {3}frozen: wait/);
    expect(desk.writes()).toHaveLength(1);
    expect(await desk.run(['status'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('Frozen (2)'),
    });
    const lifted = await desk.run(['resume', '--only', 'default/net-00', '-f', 'json']);
    expect(JSON.parse(lifted.out)).toMatchObject({ lifted: [{}], frozen: [{}] });
    expect(await desk.run(['apply', 'desired', '--yes', ...account])).toMatchObject({ code: 0 });
  });

  it('is not lifted, and nothing is changed, for a variable of a script that is empty', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', network('net-00'));
    await desk.run(['freeze', '--only', 'net-01', '--reason', 'wait']);
    for (const option of ['--only', '--target', '-l'])
      expect(await desk.run(['resume', option, ''])).toMatchObject({
        ...{ code: 1, out: '' },
        err: expect.stringMatching(/argument '' is invalid[\s\S]*\nnext: say what is meant/),
      });
    for (const option of ['--only=', '--only=,', '--label='])
      expect(await desk.run(['apply', 'desired', '--yes', ...account, option])).toMatchObject({
        code: 1,
        out: '',
      });
    const status = await desk.run(['status', '-f', 'json']);
    expect(JSON.parse(status.out)).toMatchObject({ freezes: [{ scope: { name: 'net-01' } }] });
    expect(desk.writes()).toEqual([]);
  });

  it('is not lost by --journal-reset', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', network('net-00'));
    await desk.run(['freeze', '--reason', 'wait']);
    const apply = await desk.run(['apply', 'desired', '--yes', '--journal-reset', ...account]);
    expect(apply).toMatchObject({ code: 1, err: expect.stringContaining('journal.freezesKept') });
    expect(desk.writes()).toEqual([]);
  });

  it.each([
    [['freeze'], '--reason', 'trueup freeze --help'],
    [['freeze', '--reason', '  '], '--reason is empty', 'next: say why'],
    [
      ['freeze', '--reason', 'x', '--target', 'prod'],
      'there is no target "prod" (there is default)',
      'next: name one of those',
    ],
    [
      ['freeze', '--reason', 'x', '--only', 'defualt/a'],
      'there is no target "defualt"',
      'next: did you mean default?',
    ],
    [['freeze', '--reason', 'x', '-l', 'team=a', '-l', 'team=b'], 'two values', 'next: '],
    [['freeze', '--reason', 'x', '-l', 'team'], 'key=value', 'next: trueup freeze --help'],
  ])('%j is refused, and freezes nothing', async (args, message, next) => {
    await using desk = await Desk.open(seed);
    const ended = await desk.run(args);
    expect(ended).toMatchObject({ code: 1, err: expect.stringContaining(message) });
    expect(ended.err).toContain(next);
    expect(existsSync(desk.path('.trueup/journal.db'))).toBe(false);
  });
});

describe('sync windows', () => {
  const config = (kind: string) =>
    `windows:\n  - {kind: ${kind}, schedule: "0 * * * *", duration: 1h, timeZone: UTC, names: [net-00], reason: quarter end}\n`;

  it('hold apply back, and say why', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('trueup.yaml', config('deny'));
    await desk.write('desired/a.yaml', `${network('net-00')}---\n${network('net-01')}`);
    const apply = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(apply.code).toBe(1);
    expect(apply.out).toContain(
      'Sync windows (1)\n  deny 0 * * * * for 1h, UTC: net-00 (quarter end)\n      in force',
    );
    expect(apply.out).toMatch(/x default\/net-00\n {4}why: {3}in the deny window .*quarter end/);
    expect(desk.writes()).toHaveLength(1);
    await desk.write('trueup.yaml', config('allow'));
    expect(await desk.run(['apply', 'desired', '--yes', ...account])).toMatchObject({ code: 0 });
  });

  it('that cannot be read are told with their place', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('trueup.yaml', config('deny').replace('0 * * * *', '0 24 * * *'));
    await desk.write('desired/a.yaml', network('net-00'));
    const plan = await desk.run(['plan', 'desired', ...account]);
    expect(plan.code).toBe(1);
    expect(plan.err).toMatch(/^trueup\.yaml:2:\d+ +error .*"0 24 \* \* \*" is not a cron time/);
  });
});
