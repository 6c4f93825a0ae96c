import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, Desk, documentYaml } from './support.ts';

const seed = {
  account: ACCOUNT,
  region: 'eu-west-1',
  timing: { accepted: '100ms', running: '100ms' },
  products: [
    {
      name: 'network',
      paths: [{ portfolio: 'platform' }],
      versions: [{ name: 'v1', parameters: { Cidr: { allowedValues: ['A', 'B'] } } }],
    },
  ],
  provisionedProducts: [
    { name: 'net-a', product: 'network', version: 'v1', parameters: { Cidr: 'A' } },
  ],
};

const document = documentYaml(
  'net-a',
  'productName: network\nprovisioningArtifactName: v1\nprovisioningParameters: {Cidr: B}\n',
);

describe('what is typed wrong', () => {
  it('is answered with the help of the command that was meant', async () => {
    await using desk = await Desk.open(seed);
    const plan = await desk.run(['plan', 'desired', '--wrong']);
    expect(plan).toMatchObject({ code: 1, err: expect.stringContaining('trueup plan --help') });
    const local = await desk.run(['local', '--wrong']);
    expect(local.err).toContain('trueup local --help');
    expect((await desk.run(['wrong'])).err).toContain('trueup --help shows every command');
  });

  it('a seed after --local is answered with how to give one', async () => {
    await using desk = await Desk.open(seed);
    const plan = await desk.run(['plan', 'desired', '--local', 'seed\u001b.yaml']);
    expect(plan).toMatchObject({ code: 1, out: '' });
    expect(plan.err).toContain(
      '(--local takes a seed with an equals sign: --local=seed\\u001b.yaml)',
    );
    const other = await desk.run(['plan', 'desired', '--local', '--verbose', 'more']);
    expect(other.err).not.toContain('equals sign');
  });

  it.each(['validate', 'status'])('%s has no Markdown and says so', async (command) => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document);
    const directory = command === 'status' ? [] : ['desired'];
    const ended = await desk.run([command, ...directory, '--format', 'markdown']);
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toContain('Allowed choices are text, json.');
  });

  it('a port that is taken is named, without the inside of the program', async () => {
    await using desk = await Desk.open(seed);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const local = await desk.run(['local', '--port', String(port)]);
    server.close();
    expect(local.code).toBe(1);
    expect(local.err).toContain(`port ${port} of 127.0.0.1 cannot be used`);
    expect(local.err).toContain('--port 0 takes a free one');
    expect(local.err).not.toContain('    at ');
  });

  it('ends the command, also where its own catalog and journal are open already', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document);
    const apply = async (target: string) => {
      await desk.write('trueup.yaml', `targets: [{name: ${target}, accountId: "${ACCOUNT}"}]\n`);
      return desk.run(['apply', 'desired', '--local', '--journal', 'j.db', '--yes']);
    };
    await apply('one');
    const renamed = await apply('two');
    expect(renamed).toMatchObject({ code: 1, err: expect.stringContaining('renamed-target') });
  });

  it.each([
    ['a target that has another name now', 'two', 'eu-west-1', 'renamed-target'],
    ['a target in another region', 'one', 'eu-central-1', 'other-account'],
  ])('%s is refused by plan as by apply', async (_what, name, region, code) => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document);
    const config = (target: string, where: string) =>
      `targets: [{name: ${target}, region: ${where}, accountId: "${ACCOUNT}"}]\n`;
    await desk.write('trueup.yaml', config('one', 'eu-west-1'));
    expect(await desk.run(['plan', 'desired'])).toMatchObject({ code: 0 });
    expect(await desk.run(['apply', 'desired', '--yes'])).toMatchObject({ code: 0 });
    expect(await desk.run(['plan', 'desired'])).toMatchObject({ code: 0 });
    await desk.write('trueup.yaml', config(name, region));
    const [plan, apply] = [
      await desk.run(['plan', 'desired']),
      await desk.run(['apply', 'desired', '--yes']),
    ];
    expect(plan).toMatchObject({ code: 1, out: '', err: expect.stringContaining(code) });
    expect(plan).toEqual(apply);
  });

  it('a seed that is not there, or is none, has a next step', async () => {
    await using desk = await Desk.open(seed);
    const absent = await desk.run(['local', '--seed', 'nope.yaml']);
    expect(absent.err).toMatch(/nope\.yaml: it does not exist\nnext: check the path/);
    expect(absent.err).not.toContain('ENOENT');
    await desk.write('seed.yaml', 'kind: Other\n');
    const wrong = await desk.run(['local', '--seed', 'seed.yaml']);
    expect(wrong.err).toMatch(/seed\.yaml:1[\s\S]*next: mend the seed/);
  });
});

describe('a directory that is none', () => {
  it.each([
    ['desired/a.yaml', 'trueup plan - < desired/a.yaml'],
    ['nowhere', 'name a directory that holds documents'],
    ['-', 'cat FILE | trueup plan -'],
  ])('%s is answered with what to type instead', async (directory, next) => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document);
    const ended = await desk.run(['plan', directory]);
    expect(ended).toMatchObject({ code: 1, err: expect.stringContaining(next) });
    expect(ended.err).not.toContain('a running daemon');
  });
});

describe('a name of --only that no document has', () => {
  it('is an error beside one that is there, and nothing is sent', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document);
    const apply = ['apply', 'desired', '--yes', '--account', ACCOUNT];
    const ended = await desk.run([...apply, '--only', 'net-a,net-aa']);
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toContain('no document is named net-aa');
    expect(ended.err).toContain('did you mean net-a?');
    expect(desk.writes()).toEqual([]);
  });
});

describe('an invalid configuration', () => {
  it('stops a freeze, which says how to go past it, and that works', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('trueup.yaml', 'intervall: 5m\n');
    const freeze = ['freeze', '--reason', 'INC-1'];
    const refused = await desk.run(freeze);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('freeze did nothing');
    expect(refused.err).toContain('--config /dev/null and --journal FILE');
    const past = ['--config', '/dev/null', '--journal', '.trueup/journal.db'];
    expect(await desk.run([...freeze, ...past])).toMatchObject({ code: 0 });
  });
});

describe('a reader that leaves early', () => {
  it.each<[string, 'B' | 'C', readonly ('stdout' | 'stderr')[], number]>([
    ['what succeeds', 'B', ['stdout'], 0],
    ['what succeeds', 'B', ['stdout', 'stderr'], 0],
    ['what fails', 'C', ['stdout'], 1],
    ['what fails', 'C', ['stdout', 'stderr'], 1],
  ])('does not end the work of %s, nor change its exit code', async (_what, cidr, left, code) => {
    await using desk = await Desk.open({
      ...seed,
      provisionedProducts: ['net-a', 'net-b'].map((name) => ({
        ...{ name, product: 'network', version: 'v1', parameters: { Cidr: 'A' } },
      })),
    });
    const other = document.replace('net-a', 'net-b').replace('Cidr: B', `Cidr: ${cidr}`);
    await desk.write('desired/a.yaml', `${document}---\n${other}`);
    const apply = desk.start(['apply', 'desired', '--yes', '--account', ACCOUNT]);
    for (const stream of left) apply.child[stream]?.destroy();
    expect((await apply.ended).code).toBe(code);
    expect(desk.writes()).toHaveLength(code === 0 ? 2 : 1);
  });
});

describe('apply --format markdown', () => {
  it('is Markdown to its end', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document);
    const args = ['apply', 'desired', '--yes', '--account', ACCOUNT, '--format', 'markdown'];
    const { out, code } = await desk.run(args);
    expect(code).toBe(0);
    expect(out).toMatch(/\n```text\nApply {3}1 change planned, 1 carried out\n[\s\S]*\n```\n$/);
  });
});

describe('a region that nothing names', () => {
  it('is what is said, and how to name it', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document);
    const plan = await desk.run(['plan', 'desired'], { AWS_REGION: '' });
    expect(plan.code).toBe(1);
    expect(plan.out).toContain('default: not reached\n');
    expect(plan.out.replaceAll(/\s+/g, ' ')).toContain('(next: give --region, or set AWS_REGION)');
    expect(plan.out).not.toContain('externalId');
  });
});

describe('a value that the version refuses', () => {
  it('is told by plan once, not in a log beside it too', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document.replace('Cidr: B', 'Cidr: C'));
    const plan = await desk.run(['plan', 'desired']);
    expect(plan).toMatchObject({ code: 1, err: '' });
    expect(plan.out).toContain('Cidr: "C" is not allowed');
  });

  it('is named in the log and the status with its parameter and line', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document.replace('Cidr: B', 'Cidr: C'));
    const apply = await desk.run(['apply', 'desired', '--yes', '--account', ACCOUNT]);
    const line = apply.err.split('\n').find((one) => one.includes('product.stalled')) ?? '{}';
    const [, place] = /a\.yaml:(\d+:\d+)/.exec(apply.out) ?? [];
    expect(JSON.parse(line)).toMatchObject({
      reason: expect.stringMatching(/^Cidr: "C" is not allowed/),
      document: `a.yaml:${place}`,
    });
    const status = await desk.run(['status']);
    expect(status.out).toContain('Cidr: "C" is not allowed');
    expect(status.out).toContain(`a.yaml:${place}`);
  });
});

describe('a document that is taken out', () => {
  it('is told by plan, which does nothing to its provisioned product', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document);
    await desk.write('desired/b.yaml', document.replaceAll('net-a', 'net-b'));
    await desk.run(['apply', 'desired', '--yes', '--account', ACCOUNT]);
    await rm(desk.path('desired/a.yaml'));
    const plan = await desk.run(['plan', 'desired']);
    expect(plan.out).toContain('\nNo longer declared (1)\n. default/net-a  a.yaml:4:9\n');
    expect(plan.err).toBe('');
    const json = await desk.run(['plan', 'desired', '--format', 'json']);
    expect(JSON.parse(json.out).meta.unmanaged).toEqual([
      { target: 'default', name: 'net-a', at: { file: 'a.yaml', line: 4, column: 9 } },
    ]);
    const markdown = await desk.run(['plan', 'desired', '--format', 'markdown']);
    expect(markdown.out).toContain('- `default/net-a`, `a.yaml:4:9`\n');
    const only = await desk.run(['plan', 'desired', '--only', 'net-b']);
    expect(only.out).toContain('No longer declared (1)');
  });

  it('is not told of one that is only left out', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document);
    await desk.write('desired/b.yaml', document.replaceAll('net-a', 'net-b'));
    await desk.run(['apply', 'desired', '--yes', '--account', ACCOUNT]);
    const plan = await desk.run(['plan', 'desired', '--only', 'net-b']);
    expect(plan.out).not.toContain('No longer declared');
  });
});

describe('status where only apply was here', () => {
  it('names the account that the target is', async () => {
    await using desk = await Desk.open(seed);
    await desk.write('desired/a.yaml', document);
    await desk.run(['apply', 'desired', '--yes', '--account', ACCOUNT]);
    const status = await desk.run(['status']);
    expect(status.out).toMatch(new RegExp(`^default {2}${ACCOUNT} `, 'm'));
  });
});
