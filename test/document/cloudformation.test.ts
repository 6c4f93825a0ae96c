import { describe, expect, test } from 'vitest';
import { parseCloudFormationTemplate } from '../../src/document/cloudformation.ts';

const parse = (text: string, file = 'template.yaml') =>
  parseCloudFormationTemplate({ file, bytes: new TextEncoder().encode(text) });
const longForm = (text: string) => parse(`Value: ${text}\n`).value;

describe('short forms become long ones', () => {
  test.each([
    ['!Ref Vpc', { Ref: 'Vpc' }],
    ['!Condition IsProd', { Condition: 'IsProd' }],
    [`!Sub "\${AWS::StackName}-x"`, { 'Fn::Sub': `\${AWS::StackName}-x` }],
    ['!GetAtt Vpc.CidrBlock', { 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }],
    ['!GetAtt Db.Endpoint.Address', { 'Fn::GetAtt': ['Db', 'Endpoint.Address'] }],
    ['!GetAtt [Vpc, CidrBlock]', { 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }],
    [
      '!Join [",", [!Ref A, !If [Prod, a, !Ref "AWS::NoValue"]]]',
      {
        'Fn::Join': [',', [{ Ref: 'A' }, { 'Fn::If': ['Prod', 'a', { Ref: 'AWS::NoValue' }] }]],
      },
    ],
    ['!Equals [!Ref Env, prod]', { 'Fn::Equals': [{ Ref: 'Env' }, 'prod'] }],
    [
      '!Transform {Name: Include, Parameters: {A: !Ref B}}',
      { 'Fn::Transform': { Name: 'Include', Parameters: { A: { Ref: 'B' } } } },
    ],
    ['!GetAZs ""', { 'Fn::GetAZs': '' }],
  ])('%s', (text, value) => {
    expect(longForm(text)).toEqual({ Value: value });
  });
});

describe('scalars', () => {
  test.each([
    ['010', '010'],
    ['012345678901', '012345678901'],
    ['1.10', '1.10'],
    ['1e3', '1e3'],
    ['yes', 'yes'],
    ['2010-09-09', '2010-09-09'],
    ['12', 12],
    ['-1', -1],
    ['1.5', 1.5],
    ['true', true],
    ['True', 'True'],
    ['"12"', '12'],
    ['~', null],
  ])('%s is never more or less than what is written', (text, value) => {
    expect(longForm(text)).toEqual({ Value: value });
  });
});

test('JSON, told by the name or by the first character', () => {
  const text = '{"Parameters": {"A": {"Type": "String", "Default": "010"}}}';
  const value = { Parameters: { A: { Type: 'String', Default: '010' } } };
  expect(parse(text, 'template.json').value).toEqual(value);
  expect(parse(`\n ${text}`, 'template').value).toEqual(value);
});

test('positions are those of the value, after its tag', () => {
  const { at } = parse('Parameters:\n  A:\n    Default: !Ref X\n');
  expect(at('/Parameters/A/Default')).toEqual({ file: 'template.yaml', line: 3, column: 19 });
});

describe('what is no template', () => {
  test.each([
    ['- a list', 'document/not-a-mapping', 1],
    ['', 'document/not-a-mapping', 1],
    ['a: 1\n---\nb: 2', 'document/syntax', 3],
    ['a: !Reff x', 'document/unknown-tag', 1],
    ['a: !Ref [x]', 'document/wrong-type', 1],
    ['a: !GetAtt x', 'document/wrong-type', 1],
    ['a: 1\na: 2', 'document/duplicate-key', 2],
    ['a: [', 'document/syntax', 1],
  ])('%j', (text, code, line) => {
    const { value, problems } = parse(text);
    expect(value).toBeNull();
    expect(problems.map((problem) => [problem.code, problem.at?.line])).toEqual([[code, line]]);
  });
});

test('objects have no prototype', () => {
  const { value } = parse('Resources: {__proto__: {a: !Ref b}}');
  const { Resources } = value as unknown as { Resources: Record<string, object> };
  expect(Object.getPrototypeOf(Resources)).toBeNull();
  expect(Object.keys(Resources)).toEqual(['__proto__']);
});
