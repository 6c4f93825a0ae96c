import { describe, expect, it } from 'vitest';
import { ACCOUNT, Desk, networkYaml, quickNetworks } from './support.ts';

const names = ['net-0', 'net-1', 'net-2', 'net-3', 'net-4'];

const here = quickNetworks({
  timing: { accepted: '100ms', running: '300ms', remediation: '100ms', properties: '100ms' },
  names,
});
const far = { name: 'net-far', product: 'network', version: 'v1', parameters: { Cidr: 'A' } };
const seed = {
  ...here,
  provisionedProducts: [...(here.provisionedProducts ?? []), { ...far, region: 'us-east-1' }],
};

const estate = (cidr: string, target = 'default', count = names.length) =>
  names
    .slice(0, count)
    .map((name) => networkYaml(name, cidr, `target: ${target}\n`))
    .join('---\n');

const account = ['--account', ACCOUNT, '--writes-per-second', '20'];
const cidrs = (desk: Desk) =>
  names.map((name) => desk.catalog.admin.product(name)?.parameters.Cidr).join('');

/** The commands as they stand in a plan, as a person would copy them into a shell. */
function copied(out: string, command: string): readonly string[] {
  const joined = out.replaceAll(/ \\\n */g, ' ');
  const line = joined.split('\n').find((one) => one.trim().startsWith(`trueup ${command} `)) ?? '';
  return line.trim().split(' ').slice(1);
}

describe('a plan that a guard refuses', () => {
  it('prints the command that allows exactly this, which then does exactly this', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', estate('B'));
    const plan = await desk.run(['plan', 'desired', ...account]);
    expect(plan.code).toBe(1);
    expect(plan.out).toMatch(
      /refused +default +updates +5 planned, 3 allowed \(floor\): 2 too many/,
    );
    for (const line of plan.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const refused = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(refused.code).toBe(1);
    expect(desk.writes()).toHaveLength(0);
    const unknown = ['--approve', 'f'.repeat(64)];
    const wrong = await desk.run([...copied(plan.out, 'apply'), ...unknown, '--yes']);
    expect(wrong.err).toContain('Nothing was changed.');
    const without = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect([without.code, desk.writes()]).toEqual([1, []]);
    const apply = await desk.run([...copied(plan.out, 'apply'), '--yes']);
    expect(apply, apply.err + apply.out).toMatchObject({ code: 0 });
    expect(cidrs(desk)).toBe('BBBBB');
    expect(desk.writes()).toHaveLength(5);
    const again = await desk.run([...copied(plan.out, 'apply'), '--yes']);
    expect(again).toMatchObject({ code: 0 });
    expect(desk.writes()).toHaveLength(5);
  });

  it('is not what another digest allows: apply then changes nothing at all', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', estate('B', 'default', 2));
    const plan = await desk.run(['plan', 'desired', '--format', 'json', ...account]);
    const { digest, meta } = JSON.parse(plan.out);
    expect(meta.guards[0]).toMatchObject({ findings: [{ verdict: 'ok' }, {}, {}] });
    const other = await desk.run([
      'apply',
      'desired',
      '--yes',
      '--approve',
      'f'.repeat(64),
      ...account,
    ]);
    expect(other.code).toBe(1);
    expect(other.err).toContain('is not the digest of this plan');
    expect(desk.writes()).toHaveLength(0);
    const bad = await desk.run(['apply', 'desired', '--yes', '--approve', 'all', ...account]);
    expect(bad.err).toContain('cli/bad-argument');
    const right = await desk.run(['apply', 'desired', '--yes', '--approve', digest, ...account]);
    expect(right, right.err).toMatchObject({ code: 0 });
    expect(desk.writes()).toHaveLength(2);
  });
});

describe('beside a running daemon', () => {
  it('approve answers at once whether such a plan is held, and then it runs', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', estate('B'));
    const run = ['run', 'desired', '--poll-interval', '200ms', '--settle', '50ms', ...account];
    const daemon = desk.start(run);
    await daemon.seen(/guard\.refused/);
    const status = await desk.run(['status']);
    expect(status.code).toBe(1);
    expect(status.out).toContain('Held back by a guard in default (5)');
    const wrong = await desk.run(['approve', '0'.repeat(32)]);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('no held plan has the digest');
    expect(wrong.err).toContain('5 changes; 5 updates planned, 3 allowed, 2 too many');
    expect(desk.writes()).toHaveLength(0);
    // By the digest of the whole plan, as a pull request shows it.
    const plan = await desk.run(['plan', 'desired', '--format', 'json', ...account]);
    const approve = await desk.run(['approve', JSON.parse(plan.out).digest]);
    expect(approve, approve.err).toMatchObject({ code: 0 });
    expect(approve.out).toMatch(/^approved: 5 changes of default; the daemon \(pid \d+\) takes/);
    await daemon.seen(/(record\.succeeded[\s\S]*){5}/);
    expect(cidrs(desk)).toBe('BBBBB');
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toMatchObject({ code: 0 });
    expect(desk.writes()).toHaveLength(5);
    const later = await desk.run(['approve', '0'.repeat(32)]);
    expect(later.err).toContain('no guard holds anything back now');
  });
});

describe('run --approve', () => {
  it('starts with the whole plan allowed that a person looked at', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', estate('B'));
    const plan = await desk.run(['plan', 'desired', '--format', 'json', ...account]);
    const approve = ['--approve', JSON.parse(plan.out).digest];
    const daemon = desk.start(['run', 'desired', '--settle', '50ms', ...approve, ...account]);
    await daemon.seen(/(record\.succeeded[\s\S]*){5}/);
    expect(cidrs(desk)).toBe('BBBBB');
    daemon.child.kill('SIGTERM');
    expect(await daemon.ended).toMatchObject({ code: 0 });
  });
});

describe('approvals in trueup.yaml', () => {
  it('allow one target while the other, which needs none, goes on by itself', async () => {
    await using desk = await Desk.open(seed);
    const targets = `targets:\n  - {name: near, accountId: "${ACCOUNT}", region: eu-west-1}\n  - {name: far, accountId: "${ACCOUNT}", region: us-east-1}\nwritesPerSecond: 20\n`;
    await desk.write('trueup.yaml', targets);
    await desk.write(
      'desired/a.yaml',
      `${estate('B', 'near')}---\n${networkYaml('net-far', 'B', 'target: far\n')}`,
    );
    const far = () =>
      desk.catalog.admin.product('net-far', { region: 'us-east-1' })?.parameters.Cidr;
    const held = await desk.run(['apply', 'desired', '--yes']);
    expect(held.code).toBe(1);
    expect([cidrs(desk), far()]).toEqual(['AAAAA', 'B']);
    const plan = await desk.run(['plan', 'desired', '--format', 'json']);
    const near = JSON.parse(plan.out).meta.guards.find(
      ({ target }: { readonly target: string }) => target === 'near',
    );
    await desk.write('trueup.yaml', `${targets}approvals: ["${near.set}"]\n`);
    const apply = await desk.run(['apply', 'desired', '--yes']);
    expect(apply, apply.err).toMatchObject({ code: 0 });
    expect([cidrs(desk), far()]).toEqual(['BBBBB', 'B']);
    // Used up: the same digest allows no other plan.
    await desk.write('desired/a.yaml', estate('C', 'near'));
    const next = await desk.run(['apply', 'desired', '--yes']);
    expect(next.code).toBe(1);
    expect(cidrs(desk)).toBe('BBBBB');
    // Nor is it in the way of a plan that no guard holds back.
    await desk.write('desired/a.yaml', estate('B', 'near').replace('Cidr: B', 'Cidr: C'));
    const small = await desk.run(['apply', 'desired', '--yes']);
    expect(small, small.err).toMatchObject({ code: 0 });
    expect(cidrs(desk)).toBe('CBBBB');
  });
});
