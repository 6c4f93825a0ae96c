import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, Desk, networkYaml, quickNetworks } from './support.ts';

const NAMES = [
  'net-bad-value',
  'net-boom',
  'net-busy',
  'net-denied',
  'net-follower',
  'net-good',
  'net-invalid',
  'net-suspended',
] as const;

const seed = quickNetworks({
  tagUpdate: 'allowed',
  versions: [
    {
      name: 'v1',
      parameters: { Cidr: { maxLength: 8 }, Mode: { default: 'plain' } },
      failsWhen: [
        {
          parameter: 'Mode',
          value: 'boom',
          message: 'Resource handler returned: no address left',
        },
      ],
    },
  ],
  names: NAMES,
});

/** A whole small estate at once: what the guards would say of that is tested elsewhere. */
const CONFIG = 'guards: {updates: {share: 100%}}\n';

const account = ['--account', ACCOUNT, '--writes-per-second', '20'];

/** The lines that say something of `name`. */
function entryOf(out: string, name: string): string {
  const blocks = out.slice(out.lastIndexOf('\nApply ')).split(/\n(?=x |\n|[A-Z])/);
  return blocks.find((block) => block.trim().startsWith(`x default/${name} `)) ?? '';
}

describe('the summary of apply', () => {
  it('says of every provisioned product that is not as declared why, and what next', async () => {
    await using desk = await Desk.open(seed);
    const { admin } = desk.catalog;
    await desk.write('trueup.yaml', CONFIG);
    await desk.write('desired/a.yaml', networkYaml('net-bad-value', 'much-too-long'));
    await desk.write('desired/b.yaml', networkYaml('net-boom', 'B', '  Mode: boom\n'));
    await desk.write('desired/c.yaml', networkYaml('net-busy', 'B'));
    await desk.write('desired/d.yaml', networkYaml('net-denied', 'B'));
    await desk.write(
      'desired/e.yaml',
      networkYaml('net-follower', 'B', 'reconcile: {dependsOn: [net-bad-value]}\n'),
    );
    await desk.write('desired/f.yaml', networkYaml('net-good', 'B'));
    await desk.write('desired/g.yaml', networkYaml('net-invalid', '[]'));
    await desk.write(
      'desired/h.yaml',
      networkYaml('net-suspended', 'B', 'reconcile: {suspend: true}\n'),
    );
    admin.addFault({
      operation: 'UpdateProvisionedProduct',
      product: 'net-denied',
      effect: { kind: 'accessDenied' },
    });
    admin.addFault({
      operation: 'UpdateProvisionedProduct',
      product: 'net-busy',
      effect: { kind: 'straggle', ms: 600_000 },
    });
    const hasty = ['apply', 'desired', '--yes', '--timeout', '1s', ...account];
    // An earlier run, whose journal is not at hand any more, has left one in flight.
    await desk.run([...hasty, '--journal', 'o.db']);
    const ended = await desk.run(hasty);
    const { out } = ended;
    expect(ended.code).toBe(1);
    for (const line of out.split('\n'))
      if (!/ error | next: /.test(line)) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(out).toContain('Apply   1 change planned, 0 carried out\n');
    expect(entryOf(out, 'net-bad-value')).toMatch(/refused[\s\S]*Cidr[\s\S]*next:/);
    expect(entryOf(out, 'net-boom')).toMatch(/failed[\s\S]*why:[\s\S]*next:/);
    expect(entryOf(out, 'net-busy')).toMatch(/busy[\s\S]*UNDER_CHANGE[\s\S]*next:/);
    expect(entryOf(out, 'net-denied')).toMatch(/UpdateProvisionedProduct[\s\S]*next:/);
    expect(entryOf(out, 'net-follower')).toMatch(/waiting[\s\S]*net-bad-value[\s\S]*next:/);
    expect(entryOf(out, 'net-good')).toBe('');
    expect(out).toMatch(/Invalid[\s\S]*x g\.yaml:\d+:\d+[\s\S]*next:/);
    expect(out).toMatch(/Left {4}1 suspended/);
  });

  it('says what held a whole plan, and that nothing is left to say', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', networkYaml('net-good', 'B'));
    await desk.write('desired/b.yaml', networkYaml('net-busy', 'B'));
    const held = await desk.run(['apply', 'desired', '--yes', '--max-changes', '1', ...account]);
    expect(held.code).toBe(1);
    expect(held.out).toContain('2 planned, 1 allowed (absolute): 1 too many');
    expect(held.out).toContain(
      '        2 changes are held back by a guard; the plan above says how to allow it\n',
    );
    expect(held.out).not.toContain('Not in the desired state');
    expect(held.out).toMatch(/Result {2}exit 1, because 1 guard refuses the plan\n$/);
    expect(desk.writes()).toEqual([]);
    const done = await desk.run(['apply', 'desired', '--yes', ...account]);
    expect(done.code).toBe(0);
    expect(done.out).toContain('Apply   2 changes planned, 2 carried out\n');
    expect(done.out).not.toContain('Not in the desired state');
    expect(done.out).toMatch(
      /Result {2}exit 0, every document that may act is in its desired state\n$/,
    );
  });
});

// Where everybody may write everywhere, root for instance, this directory is still the kernel's own.
describe.runIf(existsSync('/sys/kernel'))('a journal that cannot be written', () => {
  it('is told by apply, at once and with what to do', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', networkYaml('net-good', 'B'));
    const elsewhere = ['--journal', '/sys/trueup-journal.db'];
    const applied = await desk.run(['apply', 'desired', '--yes', ...elsewhere, ...account]);
    expect(applied).toMatchObject({ code: 1, out: '' });
    expect(applied.err).toMatch(/the journal cannot be written: .*\(journal\/unwritable\)\nnext: /);
    expect(desk.writes()).toEqual([]);
  });
});
