import { describe, expect, test } from 'vitest';
import { specContent } from '../../src/desired/content.ts';
import { createDesiredLoader } from '../../src/desired/load.ts';
import { canonicalJson } from '../../src/domain/canonical.ts';
import { positionOf } from '../../src/domain/spec.ts';
import { brief, bytesOf, documentOf, load, ONE_TARGET, TWO_TARGETS } from './support.ts';

const FULL = `
target: prod-us
provisionedProductId: pp-3hcxo7xfvqyzq
productName: network-baseline
provisioningArtifactName: 1.4
pathName: platform
provisioningParameters:
  VpcCidr: 10.20.0.0/16
  AccountId: 012345678901
  Empty: ""
  Given: {value: "x"}
  Legacy: {usePreviousValue: true}
tags: {cost-center: "4711"}
properties:
  owner: arn:aws:sts::123456789012:assumed-role/team-a/ci
  launchRole: arn:aws-cn:iam::123456789012:role/path/launch
acceptLanguage: jp
expect: {provisionedProductId: pp-3hcxo7xfvqyzq, physicalId: "123456789012"}
reconcile: {drift: report, mode: observe, suspend: true, prune: never, onMissing: fail}
`;

describe('one document', () => {
  const head = { 'a/b.yaml': documentOf('team-a-network', FULL) };

  test('becomes a spec with everything it says', () => {
    const { specs, problems } = load(head, TWO_TARGETS);
    expect(problems.map(({ severity }) => severity)).toEqual(['warning']);
    expect(specs).toHaveLength(1);
    expect(specs[0]).toMatchObject({
      key: 'id:pp-3hcxo7xfvqyzq',
      target: 'prod-us',
      name: 'team-a-network',
      identity: { kind: 'id', id: 'pp-3hcxo7xfvqyzq' },
      product: { kind: 'name', name: 'network-baseline' },
      version: { kind: 'name', name: '1.4' },
      path: { kind: 'name', name: 'platform' },
      parameters: {
        VpcCidr: { kind: 'value', value: '10.20.0.0/16' },
        AccountId: { kind: 'value', value: '012345678901' },
        Empty: { kind: 'value', value: '' },
        Given: { kind: 'value', value: 'x' },
        Legacy: { kind: 'usePrevious' },
      },
      tags: { 'cost-center': '4711' },
      owner: 'arn:aws:sts::123456789012:assumed-role/team-a/ci',
      launchRole: 'arn:aws-cn:iam::123456789012:role/path/launch',
      acceptLanguage: 'jp',
      expect: { provisionedProductId: 'pp-3hcxo7xfvqyzq', physicalId: '123456789012' },
      reconcile: { drift: 'report', mode: 'observe', suspend: true },
    });
  });

  test.each([
    ['productId: network-baseline', 'productId', 'productName'],
    ['provisioningArtifactId: v2', 'provisioningArtifactId', 'provisioningArtifactName'],
    ['provisionedProductId: net-a', 'provisionedProductId', 'metadata.name'],
  ])('with %s is read, with a warning that a name may be meant', (line, field, named) => {
    const { specs, problems } = load({ 'a.yaml': documentOf('net', line) });
    expect(specs).toHaveLength(1);
    const column = field.length + 5;
    expect(problems).toMatchObject([
      { code: 'document/unlike-id', severity: 'warning', field, at: { line: 6, column } },
    ]);
    expect(problems[0]?.next).toContain(`write it as ${named}`);
  });

  test('knows where each of its fields stands', () => {
    const [spec] = load(head, TWO_TARGETS).specs;
    if (spec === undefined) throw new Error('no spec');
    const place = (field: string) => {
      const { file, line, column } = positionOf(spec, field);
      return `${file}:${line}:${column}`;
    };
    expect(place('no such field')).toBe('a/b.yaml:4:9');
    expect(place('provisioningArtifactName')).toBe('a/b.yaml:9:3');
    expect(place('provisioningParameters.AccountId')).toBe('a/b.yaml:13:5');
    expect(place('tags.cost-center')).toBe('a/b.yaml:17:10');
    expect(place('properties.owner')).toBe('a/b.yaml:19:5');
    expect(place('__proto__')).toBe('a/b.yaml:4:9');
  });

  test('what it leaves out stays as it is live, and policies have their defaults', () => {
    const [spec] = load({ 'a.yaml': documentOf('net') }).specs;
    expect(spec).toMatchObject({
      key: 'name:net',
      target: 'prod-eu',
      product: null,
      version: null,
      path: null,
      tags: null,
      owner: null,
      launchRole: null,
      acceptLanguage: null,
      expect: { provisionedProductId: null, physicalId: null },
      reconcile: { drift: 'correct', mode: 'enforce', suspend: false },
    });
    expect(Object.keys(spec?.parameters ?? { none: 1 })).toEqual([]);
    expect(load({ 'a.yaml': documentOf('net', 'tags: {}') }).specs[0]?.tags).toEqual({});
  });

  test('keys of a document are data, whatever they are called', () => {
    const spec = 'provisioningParameters: {__proto__: a, constructor: b}\ntags: {__proto__: c}';
    const [found] = load({ 'a.yaml': documentOf('net', spec) }).specs;
    expect(Object.keys(found?.parameters ?? {})).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(found?.tags ?? {})).toEqual(['__proto__']);
    expect(Object.keys(specContent(found as never) as object)).toContain('parameters');
    expect(canonicalJson(specContent(found as never))).toContain('"__proto__":{"value":"a"}');
  });

  test('JSON and YAML say the same', () => {
    const yaml = load({ 'a.yaml': documentOf('net', 'tags: {team: a}\nproductId: prod-1') });
    const json = load({
      'a.json': JSON.stringify({
        apiVersion: 'trueup/v1',
        kind: 'ProvisionedProduct',
        metadata: { name: 'net' },
        spec: { tags: { team: 'a' }, productId: 'prod-1' },
      }),
    });
    expect(json.problems).toEqual([]);
    const [left, right] = [yaml.specs[0], json.specs[0]];
    expect(left && specContent(left)).toEqual(right && specContent(right));
  });

  test('kustomize may add a namespace and annotations', () => {
    const text = documentOf('net').replace(
      'name: net\n',
      'name: net\n  namespace: prod\n  annotations:\n    config.kubernetes.io/origin: |\n      path: a.yaml\n',
    );
    const { specs, problems } = load({ 'a.yaml': text });
    expect(problems).toEqual([]);
    expect(specs[0]?.annotations).toEqual({ 'config.kubernetes.io/origin': 'path: a.yaml\n' });
  });
});

describe('content of a spec, for digests', () => {
  const contentOf = (spec: string, name = 'net') => {
    const [found] = load({ 'a.yaml': documentOf(name, spec) }).specs;
    if (found === undefined) throw new Error(`not valid: ${spec}`);
    return canonicalJson(specContent(found));
  };
  const base = 'productName: a\ntags: {b: c, a: d}\nprovisioningParameters: {X: "1", Y: "2"}';

  test.each([
    ['order', 'provisioningParameters: {Y: "2", X: "1"}\ntags: {a: d, b: c}\nproductName: a'],
    ['a comment and quotes', `# note\n${base.replace('"1"', "'1'")}`],
    ['the long form of a value', base.replace('"1"', '{value: "1"}')],
    ['a policy', `${base}\nreconcile: {drift: report, suspend: true}`],
    ['an expectation', `${base}\nexpect: {physicalId: x}`],
    ['an anchor', base.replace('"1"', '&one "1"')],
  ])('%s makes no difference', (_, spec) => {
    expect(contentOf(spec)).toBe(contentOf(base));
  });

  test.each([
    ['a value', base.replace('"1"', '"3"')],
    ['a version', `${base}\nprovisioningArtifactName: v1`],
    ['a product by id', base.replace('productName', 'productId')],
    ['keeping a value', base.replace('"1"', '{usePreviousValue: true}')],
    ['a parameter left out', base.replace('X: "1", ', '')],
    ['empty tags in place of none', base.replace('{b: c, a: d}', '{}')],
    ['an owner', `${base}\nproperties: {owner: "arn:aws:iam::123456789012:role/x"}`],
  ])('%s makes one', (_, spec) => {
    expect(contentOf(spec)).not.toBe(contentOf(base));
  });
});

describe('across files', () => {
  test('order of files and documents does not matter', () => {
    const files = {
      'b.yaml': documentOf('b'),
      'a.yaml': `${documentOf('c')}---\n${documentOf('a')}`,
    };
    const reversed = Object.fromEntries(Object.entries(files).reverse());
    expect(load(files).specs.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(load(reversed)).toEqual(load(files));
  });

  test('two documents of one name are both refused, each naming the other', () => {
    const { specs, problems, invalid } = load({
      'a.yaml': documentOf('one'),
      'b.yaml': `${documentOf('two')}---\n${documentOf('one')}`,
    });
    expect(specs.map(({ name }) => name)).toEqual(['two']);
    expect(problems.map(brief)).toEqual([
      'a.yaml:4:9 document/duplicate-product',
      'b.yaml:10:9 document/duplicate-product',
    ]);
    expect(problems[0]?.message).toContain('b.yaml:10:9');
    expect(problems[1]?.message).toContain('a.yaml:4:9');
    expect(invalid).toEqual([
      {
        target: 'prod-eu',
        key: 'name:one',
        name: 'one',
        at: problems[0]?.at,
        problem: problems[0],
        needs: [],
      },
    ]);
  });

  test.each([
    ['one id under two names', 'provisionedProductId: pp-1', 'provisionedProductId: pp-1'],
    [
      'an id, and a name that expects it',
      'provisionedProductId: pp-1',
      'expect: {provisionedProductId: pp-1}',
    ],
    [
      'two names that expect one id',
      'expect: {provisionedProductId: pp-1}',
      'expect: {provisionedProductId: pp-1}',
    ],
  ])('%s: both refused', (_, left, right) => {
    const { specs, problems } = load({
      'a.yaml': documentOf('a', left),
      'b.yaml': documentOf('b', right),
    });
    expect(specs).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual([
      'document/duplicate-product',
      'document/duplicate-product',
    ]);
  });

  test.each([
    ['the same name in two targets', 'target: prod-eu', 'target: prod-us', 'same'],
    [
      'a label that is another one’s name',
      'target: prod-eu',
      'target: prod-eu\nprovisionedProductId: pp-1',
      'same',
    ],
    [
      'one id in two targets',
      'target: prod-eu\nprovisionedProductId: pp-1',
      'target: prod-us\nprovisionedProductId: pp-1',
      'other',
    ],
  ])('%s is no conflict', (_, left, right, second) => {
    const files = {
      'a.yaml': documentOf('same', left),
      'b.yaml': documentOf(second, right),
    };
    expect(load(files, TWO_TARGETS)).toMatchObject({ problems: [], specs: [{}, {}] });
  });

  test('a valid document beside an invalid one for the same product is refused as well', () => {
    const { specs, problems } = load({
      'a.yaml': documentOf('one'),
      'b.yaml': documentOf('one', 'color: blue'),
    });
    expect(specs).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual([
      'document/duplicate-product',
      'document/duplicate-product',
      'document/unknown-key',
    ]);
  });

  test('a bad document stops no other', () => {
    const { specs, invalid, unknownIdentity, counts } = load({
      'a.yaml': `${documentOf('a')}---\n${documentOf('b', 'color: x')}---\n${documentOf('c')}`,
      'd.yaml': documentOf('d', 'tags: ['),
      'e.yaml': documentOf('e'),
    });
    expect(specs.map(({ name }) => name)).toEqual(['a', 'c', 'e']);
    expect(invalid.map(({ name, problem }) => [name, problem.field])).toEqual([['b', 'color']]);
    expect(counts).toMatchObject({ documents: 5, invalid: 2 });
    expect(unknownIdentity).toBe(true);
  });
});

describe('targets', () => {
  test('the default one, and one that is named', () => {
    const options = { ...TWO_TARGETS, defaultTarget: TWO_TARGETS.targets[1]?.name ?? null };
    const files = { 'a.yaml': documentOf('a'), 'b.yaml': documentOf('b', 'target: prod-eu') };
    expect(load(files, options).specs.map(({ target, name }) => `${target}/${name}`)).toEqual([
      'prod-eu/b',
      'prod-us/a',
    ]);
  });

  test.each([
    ['none, and no default', '{}', 'a.yaml:4:9 document/no-target target'],
    ['one that is not configured', 'target: prod-ue', 'a.yaml:6:3 document/unknown-target target'],
    ['one that is no text', 'target: [prod-eu]', 'a.yaml:6:11 document/wrong-type target'],
  ])('%s: the document may be for any of them, so it is invalid in all', (_, spec, problem) => {
    const { specs, problems, invalid, unknownIdentity } = load(
      { 'a.yaml': documentOf('a', spec) },
      TWO_TARGETS,
    );
    expect(specs).toEqual([]);
    expect(problems.map(brief)).toEqual([problem]);
    expect(invalid.map(({ target, key }) => `${target} ${key}`)).toEqual([
      'prod-eu name:a',
      'prod-us name:a',
    ]);
    expect(unknownIdentity).toBe(false);
  });

  test('a target that cannot be told does not stop a valid document of that name', () => {
    const { specs, invalid } = load(
      {
        'a.yaml': documentOf('a', 'target: prod-ue'),
        'b.yaml': documentOf('a', 'target: prod-us'),
      },
      TWO_TARGETS,
    );
    expect(specs.map(({ target }) => target)).toEqual(['prod-us']);
    expect(invalid.map(({ target }) => target)).toEqual(['prod-eu']);
  });
});

test.each([
  ['a.yaml', 'b.yaml'],
  ['b.yaml', 'a.yaml'],
])(
  'of two invalid documents %s, which may be for each target, hides not %s, which is for one',
  (loose, sure) => {
    const { invalid } = load(
      {
        [loose]: documentOf('a', 'target: prod-ue'),
        [sure]: documentOf('a', 'target: prod-us\ncolor: x'),
      },
      TWO_TARGETS,
    );
    expect(
      invalid.map(({ target, at, isAnywhere = false }) => [target, at.file, isAnywhere]),
    ).toEqual([
      ['prod-eu', loose, true],
      ['prod-us', sure, false],
    ]);
  },
);

test('of two invalid documents that may be for each target the first stands', () => {
  const files = ['b.yaml', 'a.yaml'].map((path) => [path, documentOf('a', 'target: prod-ue')]);
  const { invalid } = load(Object.fromEntries(files), TWO_TARGETS);
  expect(invalid.map(({ at }) => at.file)).toEqual(['a.yaml', 'a.yaml']);
});

describe('which product an invalid document is for', () => {
  test.each([
    ['by name', 'color: x', ['name:a'], false],
    ['by id', 'color: x\nprovisionedProductId: pp-1', ['id:pp-1'], false],
    ['a misspelled id key: cannot be told', 'provisionedProductID: pp-1', [], true],
    ['an id that is no id: cannot be told', 'provisionedProductId: [pp-1]', [], true],
    [
      'a misspelled target, which may mean each of them',
      'traget: prod-us',
      ['name:a', 'name:a'],
      false,
    ],
  ])('%s', (_, spec, keys, unknown) => {
    const options = { ...TWO_TARGETS, defaultTarget: TWO_TARGETS.targets[0]?.name ?? null };
    const { invalid, unknownIdentity } = load({ 'a.yaml': documentOf('a', spec) }, options);
    expect(invalid.map(({ key }) => key)).toEqual(keys);
    expect(unknownIdentity).toBe(unknown);
  });
});

describe('what is not ours', () => {
  test('documents of other API groups are skipped and counted, whatever is wrong with them', () => {
    const { specs, problems, counts, unknownIdentity } = load({
      'a.yaml': `apiVersion: v1\nkind: ConfigMap\n---\n${documentOf('a')}---\n# empty\n`,
      'b.yaml': 'apiVersion: apps/v1\nkind: Deployment\nspec: !Custom x\na: 1\na: 2\n',
      'c.yaml': '# nothing\n',
    });
    expect(specs).toHaveLength(1);
    expect(problems).toEqual([]);
    expect(counts).toEqual({ files: 3, documents: 1, invalid: 0, skipped: 2, empty: 2 });
    expect(unknownIdentity).toBe(false);
  });

  test('the configuration file in the directory itself is not a document', () => {
    const config = 'targets: []\n';
    expect(load({ 'trueup.yaml': config }).problems).toEqual([]);
    expect(load({ 'team/trueup.yaml': config }).problems).toHaveLength(1);
  });

  test.each(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])(
    'a directory with a %s is refused as a whole, with the command that renders it',
    (name) => {
      const { specs, problems, unknownIdentity } = load({
        [`team/${name}`]: 'resources: [a.yaml]\n',
        'team/a.yaml': documentOf('a'),
        'team/sub/b.yaml': documentOf('b'),
        'team-b/c.yaml': documentOf('c'),
      });
      expect(specs.map((spec) => spec.name)).toEqual(['c']);
      expect(problems.map(brief)).toEqual([`team/${name}:1:1 document/kustomization`]);
      expect(problems[0]?.message).toBe(
        'the directory "team/" is a kustomization; none of its files is read',
      );
      expect(problems[0]?.next).toContain('kustomize build DIR/team/ | trueup plan -');
      expect(unknownIdentity).toBe(true);
    },
  );
});

describe('text without quotes', () => {
  const spec =
    'provisioningArtifactName: 1.10\ntags: {a: yes, b: plain}\nprovisioningParameters:\n  P: 42';

  test('in a directory: one warning for a file, and the text as written', () => {
    const text = `${documentOf('a', spec)}---\n${documentOf('b', 'acceptLanguage: no')}`;
    const { specs, problems } = load({ 'a.yaml': text });
    expect(specs).toHaveLength(2);
    expect(problems.map(brief)).toEqual([
      'a.yaml:6:29 document/unquoted-scalar provisioningArtifactName',
    ]);
    expect(problems[0]).toMatchObject({ severity: 'warning' });
    expect(problems[0]?.message).toContain('"1.10"');
    expect(problems[0]?.message).toContain('and 3 more, on lines 7, 9, 16');
  });

  test('on standard input: each an error, because a tool may have changed it already', () => {
    const { specs, problems } = load({ '-': documentOf('a', spec) });
    expect(specs).toEqual([]);
    expect(
      problems.map(({ severity, ...problem }) => `${severity} ${brief({ severity, ...problem })}`),
    ).toEqual([
      'error -:6:29 document/unquoted-scalar provisioningArtifactName',
      'error -:7:13 document/unquoted-scalar tags.a',
      'error -:9:8 document/unquoted-scalar provisioningParameters.P',
    ]);
  });

  test('values of parameters are not shown', () => {
    const { problems } = load({ '-': documentOf('a', 'provisioningParameters: {Pin: 424242}') });
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('424242');
  });

  test('quoted text raises nothing', () => {
    expect(load({ '-': documentOf('a', 'tags: {a: "010"}') }).problems).toEqual([]);
  });
});

describe('a loader that remembers', () => {
  const text = { 'a.yaml': documentOf('a'), 'b.yaml': documentOf('b') };
  const filesOf = (files: Readonly<Record<string, string>>) =>
    Object.entries(files).map(([path, content]) => ({ path, bytes: bytesOf(content) }));

  test('does not parse unchanged files again, and answers as a fresh one would', () => {
    const remembering = createDesiredLoader();
    const before = remembering(filesOf(text), ONE_TARGET);
    const changed = { ...text, 'b.yaml': documentOf('b', 'productName: x') };
    const after = remembering(filesOf(changed), ONE_TARGET);
    expect(after).toEqual(load(changed));
    // Parsed once: the very same records, although the bytes are another array.
    expect(after.specs[0]?.parameters).toBe(before.specs[0]?.parameters);
    expect(after.specs[1]?.parameters).not.toBe(before.specs[1]?.parameters);
  });

  test('takes another target list into account', () => {
    const remembering = createDesiredLoader();
    remembering(filesOf(text), ONE_TARGET);
    expect(remembering(filesOf(text), TWO_TARGETS)).toEqual(load(text, TWO_TARGETS));
  });

  test('forgets files that are gone, and tells moved ones by their new path', () => {
    const remembering = createDesiredLoader();
    remembering(filesOf(text), ONE_TARGET);
    const moved = { 'c.yaml': documentOf('a') };
    expect(remembering(filesOf(moved), ONE_TARGET)).toEqual(load(moved));
    expect(remembering([], ONE_TARGET).specs).toEqual([]);
  });
});

test.each([
  [
    'a key that is not known',
    'color: x\nreconcile: {dependsOn: [net, prod-eu/other]}',
    ['prod-us/net', 'prod-eu/other'],
  ],
  ['a misspelled dependsOn', 'reconcile: {dependOn: [net]}', ['prod-us/net']],
  ['one that is no list', 'reconcile: {dependsOn: net}', ['prod-us/net']],
])('what an invalid document needs is known all the same: %s', (_how, spec, needs) => {
  const { invalid } = load({ 'a.yaml': documentOf('a', `target: prod-us\n${spec}`) }, TWO_TARGETS);
  expect(invalid.map((one) => one.needs)).toEqual([needs]);
});
