import { describe, expect, it } from 'vitest';
import { ACCOUNT, Desk, networkYaml, quickNetworks } from './support.ts';

const seed = quickNetworks({
  timing: { accepted: '100ms', running: '300ms', remediation: '100ms', properties: '100ms' },
  tagUpdate: 'allowed',
  parameters: { Cidr: {}, Password: { noEcho: true, default: 'unset-password' } },
  names: ['net-a', 'net-b', 'net-c'],
});

const account = ['--account', ACCOUNT];
const RUN = [
  ...['run', 'desired', '--poll-interval', '100ms', '--settle', '50ms'],
  ...['--writes-per-second', '10', ...account],
];

describe('the program, as a process', () => {
  it('plans what it would do, makes no change, and counts its calls as the server does', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', networkYaml('net-a', 'B'));
    const plan = await desk.run([
      'plan',
      'desired',
      '--format',
      'json',
      '--detailed-exitcode',
      ...account,
    ]);
    expect(plan.code).toBe(2);
    const { body, meta, digest } = JSON.parse(plan.out);
    expect(body.targets[0].changes[0]).toMatchObject({
      name: 'net-a',
      verdict: { kind: 'update', steps: ['update'] },
    });
    expect(meta.calls.total).toBe(desk.catalog.admin.totalCalls());
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(desk.writes()).toHaveLength(0);
    const again = await desk.run(['plan', 'desired', '--format', 'json', ...account]);
    expect(JSON.parse(again.out).digest).toBe(digest);
  });

  it('applies, and then has nothing to do', async () => {
    await using desk = await Desk.open(seed);
    await desk.write(
      'desired/a.yaml',
      `${networkYaml('net-a', 'B')}---\n${networkYaml('net-b', 'A')}`,
    );
    const apply = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(apply, apply.err).toMatchObject({ code: 0 });
    expect(desk.catalog.admin.product('net-a')?.parameters.Cidr).toBe('B');
    const again = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(again.code).toBe(0);
    expect(desk.writes()).toHaveLength(1);
    const status = await desk.run(['status']);
    expect(status.code).toBe(0);
    expect(status.out).toContain('default');
    expect(await desk.run(['status', '--only', 'net-a'])).toMatchObject({ code: 0 });
    expect(await desk.run(['status', '--only', 'net-a,nte-b'])).toMatchObject({
      ...{ code: 1, out: '' },
      err: 'trueup: the journal knows no nte-b; it knows 2 provisioned products\nnext: did you mean net-b?\n',
    });
  });

  it('refuses to apply without being asked on a terminal, and in an account that nobody declared', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', networkYaml('net-a', 'B'));
    expect(await desk.run(['apply', 'desired', ...account])).toMatchObject({
      code: 1,
      err: expect.stringContaining('--yes'),
    });
    expect(await desk.run(['apply', 'desired', '--yes'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('--account'),
    });
    expect(
      await desk.run(['apply', 'desired', '--yes', '--account', '999999999999']),
    ).toMatchObject({ code: 1 });
    expect(desk.writes()).toHaveLength(0);
  });

  it('tells every problem of every file at once, and leaves the valid ones to be planned', async () => {
    await using desk = await Desk.open(seed);
    await desk.write(
      'desired/a.yaml',
      networkYaml('net-a', 'B').replace('productName', 'productNmae'),
    );
    await desk.write('desired/b.yaml', `${networkYaml('net-b', 'B')}\tx: 1\n`);
    await desk.write('desired/c.yaml', networkYaml('net-c', 'B'));
    const validate = await desk.run(['validate', 'desired']);
    expect(validate.code).toBe(1);
    expect(validate.out).toMatch(/a\.yaml:6:3\s+error .*productNmae/);
    expect(validate.out).toContain('productName');
    expect(validate.out).toMatch(/b\.yaml:10:1\s+error/);
    const plan = await desk.run(['plan', 'desired', ...account]);
    expect(plan.code).toBe(1);
    expect(plan.out).toContain('~ default/net-c');
    expect(plan.out).not.toContain('~ default/net-a');
  });

  it('sends one token and makes one update when it is killed between send and reply', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', networkYaml('net-a', 'B'));
    desk.catalog.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      count: 1,
      effect: { kind: 'slow', ms: 5_000 },
    });
    const killed = desk.start(['apply', 'desired', '--yes', ...account]);
    const arrived = async (): Promise<void> => {
      while (desk.writes().length === 0) await new Promise((resolve) => setImmediate(resolve));
    };
    await arrived();
    killed.child.kill('SIGKILL');
    await killed.ended;
    const resumed = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(resumed, resumed.err).toMatchObject({ code: 0 });
    expect(new Set(desk.tokens()).size).toBe(1);
    expect(desk.catalog.admin.product('net-a')).toMatchObject({
      parameters: { Cidr: 'B' },
      records: 2,
    });
  });

  it('runs as a daemon: converges, follows the directory, answers status, ends on SIGTERM with 0', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', networkYaml('net-a', 'B'));
    const daemon = desk.start(RUN);
    await daemon.seen(/"event":"record.succeeded"/);
    await desk.write('desired/b.yaml', networkYaml('net-b', 'C'));
    await daemon.seen(/"event":"record.succeeded".*net-b|net-b.*"event":"record.succeeded"/);
    expect(desk.catalog.admin.product('net-b')?.parameters.Cidr).toBe('C');
    const check = await desk.run(['status', '--check']);
    expect(check).toMatchObject({ code: 0, out: 'ok\n' });
    const second = await desk.run(['run', 'desired', ...account]);
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('journal/locked') });
    daemon.child.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
    expect(await desk.run(['status', '--check'])).toMatchObject({ code: 1 });
  });

  it('stalls on a failed record, shows why, and tries again when a person asks beside the daemon', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', networkYaml('net-a', 'B'));
    desk.catalog.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      count: 1,
      effect: { kind: 'recordFails', message: 'No more addresses.' },
    });
    const daemon = desk.start(RUN);
    await daemon.seen(/product\.stalled/);
    const status = await desk.run(['status']);
    expect(status).toMatchObject({ code: 1, out: expect.stringContaining('No more addresses.') });
    expect(await desk.run(['retry', 'net-a'])).toMatchObject({ code: 0 });
    await daemon.seen(/record\.succeeded/);
    expect(desk.catalog.admin.product('net-a')?.parameters.Cidr).toBe('B');
    daemon.child.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
  });

  it('finds the journal of an embedded catalog beside its state, for status and for a person’s word', async () => {
    await using desk = await Desk.open(seed);
    const examples = new URL('../../examples/desired-state', import.meta.url).pathname;
    const kept = ['--local-state', 'estate.json'];
    const apply = ['apply', examples, '--local', '--only', 'net-hr', '--yes'];
    expect(await desk.run(apply)).toMatchObject({
      code: 0,
      err: expect.stringContaining('forgets all of it; --local-state FILE keeps it'),
    });
    const before = await desk.run(['status', ...kept]);
    expect(before).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no journal at estate.json.journal.db'),
    });
    expect(await desk.run([...apply, ...kept])).toMatchObject({ code: 0 });
    expect(await desk.run(['status', ...kept])).toMatchObject({
      code: 0,
      out: expect.stringContaining('all 1 ready'),
    });
    expect(await desk.run(['retry', 'net-hr', ...kept])).toMatchObject({ code: 0 });
  });

  it('keeps a secret of a document out of everything it prints and stores', async () => {
    await using desk = await Desk.open(seed);
    const secret = 'correct-horse-battery';
    await desk.write('desired/a.yaml', networkYaml('net-a', 'B', `  Password: ${secret}\n`));
    const plan = await desk.run(['plan', 'desired', ...account]);
    const apply = await desk.run(['apply', 'desired', '--yes', '--log-level', 'trace', ...account]);
    expect(apply, apply.err).toMatchObject({ code: 0 });
    expect(desk.catalog.admin.product('net-a')?.parameters.Password).toBe(secret);
    const { readFile } = await import('node:fs/promises');
    const journal = await readFile(desk.path('.trueup/journal.db'));
    for (const text of [plan.out, plan.err, apply.out, apply.err, journal.toString('latin1')])
      expect(text).not.toContain(secret);
  });

  it("uses the embedded catalog without any of the user's own AWS settings", async () => {
    await using desk = await Desk.open(seed);
    const hostile = {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_PROFILE: 'nobody',
      AWS_REGION: 'mars-1',
    };
    const examples = new URL('../../examples/desired-state', import.meta.url).pathname;
    const state = desk.path('world.json');
    const world = ['--local', '--local-state', state];
    const first = await desk.run(['plan', examples, ...world, '--format', 'json'], hostile);
    const approve = ['--approve', JSON.parse(first.out).digest];
    const apply = await desk.run(
      ['apply', examples, ...world, '--yes', ...approve, '--writes-per-second', '10'],
      hostile,
    );
    expect(apply, apply.err).toMatchObject({ code: 0 });
    expect(apply.err).not.toContain('--local-state');
    const plan = await desk.run(
      ['plan', examples, '--local', '--local-state', state, '--detailed-exitcode'],
      hostile,
    );
    expect(plan).toMatchObject({ code: 0 });
    expect(desk.catalog.admin.totalCalls()).toBe(0);
  });
});

describe('an interrupt', () => {
  it('ends apply with 130, leaves what is in flight to the journal, and the next apply takes it up', async () => {
    await using desk = await Desk.open({ ...seed, timing: { accepted: '100ms', running: '4s' } });
    await desk.write('desired/a.yaml', networkYaml('net-a', 'B'));
    const apply = desk.start(['apply', 'desired', '--yes', ...account]);
    await apply.seen(/update\.accepted/);
    apply.child.kill('SIGINT');
    expect(await apply.ended).toMatchObject({
      code: 130,
      err: expect.stringContaining('run apply again'),
    });
    const again = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(again, again.err).toMatchObject({ code: 0 });
    expect(desk.writes()).toHaveLength(1);
  });

  it.each([
    ['plan', []],
    ['apply', ['--yes', ...account]],
  ])('ends %s at once while it reads, and says that nothing was changed', async (command, more) => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', networkYaml('net-a', 'B'));
    const effect = { kind: 'slow', ms: 60_000 } as const;
    desk.catalog.admin.addFault({ operation: 'SearchProvisionedProducts', effect });
    const begun = desk.start([command, 'desired', ...more]);
    while (desk.catalog.admin.totalCalls() < 2) await new Promise((go) => setImmediate(go));
    begun.child.kill('SIGTERM');
    expect(await begun.ended).toMatchObject({
      code: 143,
      out: '',
      err: expect.stringContaining('Interrupted; nothing was changed.'),
    });
  });

  it('ends at once on SIGTERM in the middle of a review, and its log with the word that it stopped', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', networkYaml('net-a', 'B'));
    const daemon = desk.start([...RUN, '--reads-per-second', '0.5', '--read-burst', '1']);
    await daemon.seen(/source\.revision/);
    while (desk.catalog.admin.totalCalls() < 2) await new Promise((go) => setImmediate(go));
    const seen = desk.catalog.admin.totalCalls();
    daemon.child.kill('SIGTERM');
    const { code, err } = await daemon.ended;
    const last = err.trimEnd().split('\n').at(-1) ?? '{}';
    expect([code, JSON.parse(last).event]).toEqual([0, 'daemon.stopped']);
    expect(err).not.toContain('target.unreadable');
    // One may have been on its way.
    expect(desk.catalog.admin.totalCalls()).toBeLessThanOrEqual(seen + 1);
  });
});
