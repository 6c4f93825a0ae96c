import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { ACCOUNT, Desk } from '../e2e/support.ts';
import { cellCounts, formattedPart } from './markdown.ts';

/** What somebody would try to smuggle into a terminal, a page, a log. Each ends in a mark of its own. */
const ATTACKS = {
  clear: '\u001b[2J\u001b[31mRED',
  link: '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\',
  title: '\u001b]0;owned\u0007',
  c1: '\u009b31mC1',
  bidi: '\u202Eesrever\u2066x',
  hidden: 'a\u200Bb\u{E0041}\u{E0042}',
  line: 'x\nResult exit 0: all is well\r\n{"level":"info","event":"forged"}',
  field: 'x\\" token=tu1-forged y="',
  html: '<img src=x onerror=alert(1)></details></code><script>x</script><!-- x -->',
  mention: '@evil and @org/team',
  markdown: '![pixel](https://evil.example/p.png) [click](https://evil.example) **bold** ~~x~~',
  table: 'a | b |\n| --- |',
  fence: '```\n````\n`````````\n# heading',
} as const;
const ALL = Object.values(ATTACKS).join(' ');
/** As YAML takes it: C1 and the rest as escapes. */
const WRITTEN = JSON.stringify(ALL).replace(
  /[\u007f-\uffff]/g,
  (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
);
/** YAML has no surrogates: what lies beyond the first plane is written as one escape. */
const YAML = WRITTEN.replace(/\\udb40\\udc4([12])/g, '\\U000E004$1');

const seed: SeedInput = {
  account: ACCOUNT,
  region: 'eu-west-1',
  timing: { accepted: '50ms', running: '100ms', remediation: '50ms' },
  products: [
    {
      name: 'network',
      description: ALL,
      owner: ALL,
      paths: [{ portfolio: 'platform', tagUpdate: 'allowed' }],
      versions: [
        {
          name: `v1 ${ALL}`,
          description: ALL,
          parameters: {
            Text: {
              default: 'd',
              description: ALL,
              constraintDescription: ALL,
              allowedPattern: '[^§]*',
            },
            Choice: { default: 'a', allowedValues: ['a', 'b', ALL] },
            [ALL.slice(0, 200)]: { default: 'x' },
          },
          outputs: { Out: { value: ALL, description: ALL } },
        },
      ],
    },
  ],
  provisionedProducts: ['one', 'two', 'three', 'four'].map((name) => ({
    name,
    product: 'network',
    version: `v1 ${ALL}`,
    parameters: { Text: ALL },
  })),
};

const documentOf = (name: string, parameters: string, more = '') =>
  `apiVersion: trueup/v1
kind: ProvisionedProduct
metadata:
  name: ${name}
  labels: {note: ${JSON.stringify(`${ATTACKS.clear}${ATTACKS.html}`)}}
  annotations: {note: ${YAML}}
spec:
  productName: network
  provisioningParameters: ${parameters}
${more}`;

const FILES = {
  'one.yaml': documentOf('one', `{Text: ${YAML.replace('RED', 'BLUE')}}`),
  'two.yaml': documentOf('two', `{Text: "§", Choice: ${YAML}}`),
  'three.yaml': documentOf('three', `{${YAML}: x}`),
  'four.yaml': documentOf('four', `{Text: new}`, `  provisioningArtifactName: ${YAML}\n`),
  'five.yaml': documentOf('five', '{}', `  ${YAML}: x\n  target: ${YAML}\n`),
  'six\u202e.yaml': `kind: ${YAML}\napiVersion: ${YAML}\n`,
};

/** What may be in no output whatever: everything but letters, signs, blanks and line feeds. */
const STEERS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const clean = (text: string) => text.replaceAll('\n', '');

interface Seen {
  readonly out: string;
  readonly err: string;
}

describe('hostile text, from documents and from AWS', () => {
  const seen = new Map<string, Seen>();
  const of = (name: string) => seen.get(name) ?? { out: '', err: '' };
  let stored = '';

  beforeAll(async () => {
    await using desk = await Desk.open(seed);
    for (const [name, text] of Object.entries(FILES)) await desk.write(`desired/${name}`, text);
    await desk.write('one/one.yaml', FILES['one.yaml']);
    const run = async (name: string, args: readonly string[]) => {
      seen.set(name, await desk.run([...args, '--account', ACCOUNT, '--log-level', 'trace']));
    };
    await run('validate', ['validate', 'desired']);
    await run('validate json', ['validate', 'desired', '-f', 'json']);
    for (const format of ['text', 'json', 'markdown'])
      await run(`plan ${format}`, ['plan', 'desired', '-f', format, '--log-format', 'json']);
    desk.catalog.admin.addFault({
      operation: 'UpdateProvisionedProduct',
      effect: { kind: 'recordFails', message: ALL },
    });
    await run('apply text', ['apply', 'desired', '--yes', '--log-format', 'text']);
    await run('apply json', ['apply', 'desired', '--yes', '-f', 'json', '--log-format', 'json']);
    await run('status', ['status']);
    await run('status json', ['status', '-f', 'json']);
    await run('plan latched', ['plan', 'one', '-f', 'markdown']);
    await run('no such directory', ['plan', `no ${ATTACKS.clear}${ATTACKS.bidi}`]);
    await run('freeze json', ['freeze', '--reason', ALL, '-l', `a=${ATTACKS.bidi}`, '-f', 'json']);
    await run('no such name', ['retry', `no ${ATTACKS.clear}`]);
    const files = await readdir(desk.path('.trueup'));
    stored = (await Promise.all(files.map((file) => readFile(desk.path(`.trueup/${file}`))))).join(
      '',
    );
  }, 60_000);

  it('was really there', () => {
    expect(stored).toContain('evil.example');
    expect(of('plan text').out).toContain('\\u001b[2J');
    expect(of('status').out).toContain('evil.example');
    expect(of('apply text').err).toContain('evil.example');
    expect(of('validate').out).toContain('five.yaml');
    expect(of('freeze json').out).toContain('\\u202e');
  });

  it('reaches no terminal, in no format, of no command', () => {
    for (const [name, { out, err }] of seen) {
      expect(clean(out).match(STEERS)?.index, `${name}: standard output`).toBeUndefined();
      expect(clean(err).match(STEERS)?.index, `${name}: standard error`).toBeUndefined();
    }
  });

  it('stays the same data in JSON', () => {
    const plan: unknown = JSON.parse(of('plan json').out);
    expect(JSON.stringify(plan)).toContain(JSON.stringify(ATTACKS.markdown).slice(1, -1));
    expect(() => JSON.parse(of('validate json').out)).not.toThrow();
    expect(() => JSON.parse(of('status json').out)).not.toThrow();
  });

  it('forges no line of a log: each is one event of ours', () => {
    for (const { err } of [of('apply json'), of('plan json')])
      for (const line of err.split('\n').filter((one) => one.startsWith('{'))) {
        const { event } = JSON.parse(line) as { readonly event: string };
        expect(event).toMatch(/^[a-z]+\.[a-zA-Z]+$/);
        expect(event).not.toBe('forged');
      }
    for (const line of of('apply text')
      .err.split('\n')
      .filter((one) => one !== ''))
      expect(line).toMatch(
        /^(?:\d\d:\d\d:\d\d\.\d{3}Z (?:TRACE|DEBUG|INFO |WARN |ERROR) |trueup: |next: )/,
      );
  });

  it('forges no line of a plan or a status', () => {
    for (const name of ['plan text', 'apply text', 'status'])
      expect(
        of(name)
          .out.split('\n')
          .filter((line) => /^Result exit 0: all is well/.test(line)),
      ).toEqual([]);
  });

  it.each(['plan markdown', 'plan latched'])(
    'formats, links and mentions nothing in a comment (%s)',
    (name) => {
      const { out } = of(name);
      expect(out).toMatch(/evil(?:\.|&#46;)example/);
      const formatted = formattedPart(out);
      for (const bad of ['@', 'evil.example', '![', '](', '<img', '<script', '~~', 'onerror'])
        expect(formatted, bad).not.toContain(bad);
      const tags = [...formatted.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
      const ours = /^<(?:\/?details|\/?summary|\/?code|\/?sub|!-- trueup-plan [\w=,%.-]* --)>$/;
      for (const tag of tags) expect(tag).toMatch(ours);
      expect(tags.filter((tag) => tag === '<details>').length).toBe(
        tags.filter((tag) => tag === '</details>').length,
      );
      expect(new Set(cellCounts(out))).toEqual(new Set([4]));
      expect(
        formatted
          .split('\n')
          .filter((line) => /^#/.test(line) && !/^## trueup: |^### Drift/.test(line)),
      ).toEqual([]);
    },
  );
});
