import { describe, expect, it } from 'vitest';
import { brief, documentOf, load, TWO_TARGETS } from './support.ts';

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n';

describe('a line --- that was lost', () => {
  it('makes two documents one, which may be for more than its name says', () => {
    const { specs, invalid, problems, unknownIdentity } = load({
      'a.yaml': documentOf('a') + documentOf('b'),
    });
    expect(specs).toEqual([]);
    expect(invalid.map(({ key }) => key)).toEqual(['name:a']);
    expect(problems.map(brief)).toContain('a.yaml:6:1 document/duplicate-key');
    expect(problems[0]?.next).toContain('put a line --- between them');
    expect(unknownIdentity).toBe(true);
  });

  it.each([
    ['the first', CONFIG_MAP + documentOf('b'), 5],
    ['the second', documentOf('b') + CONFIG_MAP, 6],
  ])('is told where %s of the two is not ours', (_, text, line) => {
    const { problems, counts, unknownIdentity } = load({ 'a.yaml': text });
    expect(problems.map(brief)).toContain(`a.yaml:${line}:1 document/duplicate-key`);
    expect(counts).toMatchObject({ documents: 1, invalid: 1, skipped: 0 });
    expect(unknownIdentity).toBe(true);
  });

  it('is found in JSON as well', () => {
    const one =
      '"apiVersion": "trueup/v1", "kind": "ProvisionedProduct", "metadata": {"name": "a"}';
    const { unknownIdentity } = load({ 'a.json': `{${one}, "spec": {}, ${one}}` });
    expect(unknownIdentity).toBe(true);
  });

  it.each([
    ['a second name', documentOf('a').replace('name: a', 'name: a\n  name: b'), true],
    ['a second map of tags', documentOf('a', 'tags: {}\ntags: {}'), true],
    ['what is merged in', documentOf('a', '<<: {provisionedProductId: pp-1}'), true],
    ['a list as a key', documentOf('a', '? [a]\n: b'), true],
    [
      'a parameter that is there twice',
      documentOf('a', 'provisioningParameters: {A: 1, A: 2}'),
      false,
    ],
  ])('is not the only doubt: %s', (_, text, unknown) => {
    const { invalid, unknownIdentity } = load({ 'a.yaml': text });
    expect(invalid.map(({ key }) => key)).toEqual(['name:a']);
    expect(unknownIdentity).toBe(unknown);
  });
});

describe('an invalid document without a target in its place', () => {
  const options = { ...TWO_TARGETS, defaultTarget: TWO_TARGETS.targets[0]?.name ?? null };
  const targets = (text: string) =>
    load({ 'a.yaml': text }, options).invalid.map(({ target }) => target);

  it.each([
    ['outside of spec', `${documentOf('a')}target: prod-us\n`],
    ['under metadata', documentOf('a').replace('name: a', 'name: a\n  target: prod-us')],
    ['under something else', documentOf('a', 'reconcile: {target: prod-us}')],
    ['in a list', documentOf('a', 'dependsOn: [{target: prod-us}]')],
    ['by a merge key', documentOf('a', '<<: {target: prod-us}')],
    ['by a merge key at the root', `${documentOf('a')}<<: {spec: {target: prod-us}}\n`],
    ['twice', documentOf('a', 'target: prod-eu\ntarget: prod-us')],
  ])('is for any of them where one stands %s', (_, text) => {
    expect(targets(text)).toEqual(['prod-eu', 'prod-us']);
  });

  it.each([
    ['for the default one where nothing names another', documentOf('a', 'color: x'), 'prod-eu'],
    ['for the one that it names', documentOf('a', 'color: x\ntarget: prod-us'), 'prod-us'],
    [
      'for the one that it names, with a parameter of that name',
      documentOf('a', 'color: x\ntarget: prod-us\nprovisioningParameters: {target: a}'),
      'prod-us',
    ],
  ])('is %s', (_, text, target) => {
    expect(targets(text)).toEqual([target]);
  });
});

it.each([
  ['in another target', documentOf('a', 'target: prod-us')],
  ['of another name', documentOf('b', 'target: prod-eu')],
])('a copy that was saved over a document %s leaves that in doubt', (_, lost) => {
  const files = { 'a.yaml': documentOf('a', 'target: prod-eu'), 'b.yaml': lost };
  expect(load(files, TWO_TARGETS)).toMatchObject({ problems: [], unknownIdentity: false });
  const over = load({ ...files, 'b.yaml': files['a.yaml'] }, TWO_TARGETS);
  expect(over.problems.map(({ code }) => code)).toEqual(
    Array(2).fill('document/duplicate-product'),
  );
  expect(over.unknownIdentity).toBe(true);
});

it.each(['', ' \n\t\r\n', '\ufeff'])('a file with nothing in it may have lost it: %j', (text) => {
  const { problems, unknownIdentity, counts } = load({ 'a.yaml': documentOf('a'), 'b.yaml': text });
  expect(problems.map((one) => [brief(one), one.severity])).toEqual([
    ['b.yaml:1:1 document/blank-file', 'warning'],
  ]);
  expect(unknownIdentity).toBe(true);
  expect(counts).toMatchObject({ documents: 1, invalid: 0, empty: 1 });
});

it('a comment says that a file is empty on purpose', () => {
  const { problems, unknownIdentity } = load({ 'a.yaml': documentOf('a'), 'b.yaml': '# none\n' });
  expect([problems, unknownIdentity]).toEqual([[], false]);
});

it('a file whose line ends are carriage returns alone is not one long comment', () => {
  const text = `# ours\n${documentOf('a')}`.replaceAll('\n', '\r');
  const { problems, unknownIdentity } = load({ 'a.yaml': text });
  expect(problems.map(brief)).toEqual(['a.yaml:1:7 document/control-character']);
  expect(unknownIdentity).toBe(true);
});

it('an apiVersion of which the parts are swapped is ours, and wrong', () => {
  const text = documentOf('a').replace('trueup/v1', 'v1/trueup');
  const { counts, invalid } = load({ 'a.yaml': text });
  expect([counts.invalid, counts.skipped, invalid.length]).toEqual([1, 0, 1]);
  const foreign = text.replace('v1/trueup', 'servicecatalog.example.org/v1');
  expect(load({ 'a.yaml': foreign }).counts).toMatchObject({ invalid: 0, skipped: 1 });
});

it('a document in a file of the name of the configuration is read', () => {
  const { specs } = load({ 'trueup.yaml': documentOf('a') });
  expect(specs.map(({ name }) => name)).toEqual(['a']);
  const broken = load({ 'trueup.yaml': documentOf('a') + documentOf('b') });
  expect(broken.unknownIdentity).toBe(true);
});
