import { describe, expect, it } from 'vitest';
import { preflight } from '../../src/diff/preflight.ts';
import {
  type ParameterDefinition,
  type PresentProduct,
  read,
  type VersionDefinitions,
} from '../../src/domain/live.ts';
import type { ParameterWish, Spec } from '../../src/domain/spec.ts';
import {
  aDefinition,
  aLive,
  anEntry,
  aSpec,
  aStack,
  compared,
  definitionsOf,
  NO_ECHO,
  shown,
  value,
} from './build.ts';

interface Given {
  readonly spec?: Spec;
  readonly live?: PresentProduct;
  readonly definitions?: VersionDefinitions;
  readonly ownTags?: readonly string[];
}

function found({
  spec = aSpec(),
  live = aLive(),
  definitions = definitionsOf(),
  ownTags = [],
}: Given) {
  const comparison = compared({ spec, live, entry: anEntry({ ownTags }) });
  return preflight({ spec, live, definitions, comparison, version: '2.0' });
}

const codes = (given: Given) => found(given).map(({ code }) => code);

/** Problems of the parameter P, declared so and defined so, on a live stack that has P. */
function problemsOf(wish: ParameterWish, parts: Partial<ParameterDefinition> = {}) {
  const live = aLive({ stack: read(aStack({ parameters: { P: shown('live') } })) });
  const definitions = definitionsOf([aDefinition('P', parts)]);
  return found({ spec: aSpec({ parameters: { P: wish } }), live, definitions });
}

describe('preflight of declared values', () => {
  it.each<[string, string, Partial<ParameterDefinition>, string | null]>([
    ['allowed', 'a', { allowedValues: ['a', 'b'] }, null],
    ['not allowed', 'c', { allowedValues: ['a', 'b'] }, 'plan/value-not-allowed'],
    ['allowed after trimming', ' a ', { allowedValues: ['a', 'b'] }, null],
    [
      'every item of a list',
      'a, b',
      { type: 'CommaDelimitedList', allowedValues: ['a', 'b'] },
      null,
    ],
    [
      'one item of a list',
      'a,c',
      { type: 'CommaDelimitedList', allowedValues: ['a'] },
      'plan/value-not-allowed',
    ],
    ['pattern', 'abc', { allowedPattern: '[a-z]+' }, null],
    ['pattern, whole value', 'abc1', { allowedPattern: '[a-z]+' }, 'plan/value-pattern'],
    [
      'pattern that is not evaluated',
      'abc',
      { allowedPattern: '\\p{Alpha}+' },
      'plan/pattern-unchecked',
    ],
    ['too short', 'ab', { minLength: 3 }, 'plan/value-length'],
    ['too long', 'abcd', { maxLength: 3 }, 'plan/value-length'],
    ['just right', 'abc', { minLength: 3, maxLength: 3 }, null],
    ['number in range', '2', { type: 'Number', minValue: 1, maxValue: 3 }, null],
    ['number too small', '0', { type: 'Number', minValue: 1 }, 'plan/value-range'],
    ['number too large', '3.5', { type: 'Number', maxValue: 3 }, 'plan/value-range'],
    ['no number', 'two', { type: 'Number' }, 'plan/value-range'],
    ['empty is no number', '', { type: 'Number' }, 'plan/value-range'],
    ['a range says nothing about a string', '99', { type: 'String', maxValue: 3 }, null],
    ['one number of a list', '1,9', { type: 'List<Number>', maxValue: 3 }, 'plan/value-range'],
  ])('%s', (_rule, text, definition, code) => {
    expect(problemsOf(value(text), definition).map((one) => one.code)).toEqual(
      code === null ? [] : [code],
    );
  });

  it('only warns where a pattern is not evaluated', () => {
    const [problem] = problemsOf(value('abc'), { allowedPattern: '\\p{Alpha}+' });
    expect(problem?.severity).toBe('warning');
  });

  it('says what, where, the value, the rule and the next step', () => {
    const at = { file: 'net.yaml', line: 9, column: 13 };
    const fields = { 'provisioningParameters.AzCount': at };
    const spec = aSpec({
      parameters: { AzCount: value('4') },
      origin: { at: { ...at, line: 1 }, fields },
    });
    const definitions = definitionsOf([aDefinition('AzCount', { allowedValues: ['2', '3'] })]);
    expect(found({ spec, definitions })).toEqual([
      {
        code: 'plan/value-not-allowed',
        severity: 'error',
        at,
        field: 'provisioningParameters.AzCount',
        message: '"4" is not allowed by version 2.0 (AllowedValues: 2, 3)',
        next: 'use an allowed value, or a version that allows "4"',
      },
    ]);
  });

  it.each<[string, Partial<ParameterDefinition>]>([
    ['allowed values', { allowedValues: ['a'] }],
    ['pattern', { allowedPattern: '[0-9]+' }],
    ['length', { maxLength: 3 }],
    ['range', { type: 'Number' }],
  ])('never quotes a NoEcho value (%s)', (_rule, definition) => {
    const secret = 'hunter2hunter2';
    for (const noEchoIn of ['version', 'stack'] as const) {
      const parameters = { P: noEchoIn === 'stack' ? NO_ECHO : shown('x') };
      const live = aLive({ stack: read(aStack({ parameters })) });
      const noEcho = noEchoIn === 'version';
      const definitions = definitionsOf([aDefinition('P', { ...definition, noEcho })]);
      const problems = found({
        spec: aSpec({ parameters: { P: value(secret) } }),
        live,
        definitions,
      });
      expect(problems).toHaveLength(1);
      expect(JSON.stringify(problems)).not.toContain(secret);
    }
  });
});

describe('preflight of keys', () => {
  it('refuses a key that the version does not have, and names those it has', () => {
    const [problem] = found({ spec: aSpec({ parameters: { Sise: value('x') } }) });
    expect(problem?.code).toBe('plan/unknown-parameter');
    expect(problem?.message).toContain('it has: Password, Size');
    expect(problem?.next).toBe('did you mean Size?');
    const [far] = found({ spec: aSpec({ parameters: { Colour: value('x') } }) });
    expect(far?.next).toBe('remove the parameter, or declare a version that has it');
  });

  it.each<[string, ParameterWish, Partial<ParameterDefinition>, string[]]>([
    ['useDefault with a default', { kind: 'useDefault' }, { defaultValue: '' }, []],
    ['useDefault without one', { kind: 'useDefault' }, {}, ['plan/no-default']],
    ['usePreviousValue of a live parameter', { kind: 'usePrevious' }, {}, []],
  ])('%s', (_rule, wish, definition, expected) => {
    expect(problemsOf(wish, definition).map(({ code }) => code)).toEqual(expected);
  });

  it('refuses usePreviousValue for a key that the live template does not have', () => {
    const definitions = definitionsOf([aDefinition('New', { defaultValue: 'x' })]);
    const spec = aSpec({ parameters: { New: { kind: 'usePrevious' } } });
    expect(codes({ spec, definitions })).toEqual(['plan/no-previous-value']);
  });

  it.each<[string, Partial<ParameterDefinition>, string[]]>([
    ['new with a default', { defaultValue: 'single' }, []],
    ['new with an empty default', { defaultValue: '' }, []],
    ['new without one', {}, ['plan/missing-parameter']],
  ])('of a parameter that is not declared: %s', (_rule, definition, expected) => {
    expect(codes({ definitions: definitionsOf([aDefinition('New', definition)]) })).toEqual(
      expected,
    );
  });

  it('lets a live parameter without a default be kept', () => {
    expect(codes({ definitions: definitionsOf([aDefinition('Size')]) })).toEqual([]);
  });

  it('checks a kept value against another version, not against its own', () => {
    const definitions = definitionsOf([aDefinition('Size', { allowedValues: ['big'] })]);
    expect(codes({ definitions })).toEqual([]);
    const spec = aSpec({ version: { kind: 'name', name: '2.0' } });
    const [problem] = found({ spec, definitions });
    expect(problem?.code).toBe('plan/value-not-allowed');
    expect(problem?.message).toContain('the live value "small" would be kept');
  });
});

describe('preflight of very many mistakes', () => {
  it('names the first hundred, says how many there are, and refuses all the same', () => {
    const parameters = Object.fromEntries(
      Array.from({ length: 40_000 }, (_, n) => [`k${n}`, value('v')]),
    );
    const problems = found({ spec: aSpec({ parameters }) });
    expect(problems).toHaveLength(101);
    expect(problems.every(({ severity }) => severity === 'error')).toBe(true);
    expect(problems.at(-1)).toMatchObject({
      code: 'document/more-problems',
      message: '39900 more problems are not listed',
    });
  });
});

describe('preflight of tags', () => {
  const tagged = aSpec({ tags: { team: 'b' } });

  it('refuses a declared difference where the product does not allow tag updates', () => {
    const definitions = definitionsOf([aDefinition('Size')], 'notAllowed');
    expect(codes({ spec: tagged, definitions })).toEqual(['plan/tags-not-allowed']);
    expect(codes({ spec: aSpec({ tags: { team: 'a' } }), definitions })).toEqual([]);
  });

  it('counts live tags together with declared ones, system and removed ones aside', () => {
    const many = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`t${i}`, 'x']));
    const live = aLive({ tags: read({ ...many, 'aws:x': 'y' }) });
    expect(codes({ spec: aSpec({ tags: { team: 'b' } }), live })).toEqual([]);
    const two = aSpec({ tags: { team: 'b', cost: '1' } });
    expect(codes({ spec: two, live })).toEqual(['plan/too-many-tags']);
    expect(codes({ spec: two, live, ownTags: ['t0'] })).toEqual([]);
  });
});

describe('preflight of the stack', () => {
  const withStatus = (status: string) => ({ live: aLive({ stack: read(aStack({ status })) }) });

  it.each([
    'CREATE_COMPLETE',
    'UPDATE_COMPLETE',
    'UPDATE_ROLLBACK_COMPLETE',
    'IMPORT_COMPLETE',
    'IMPORT_ROLLBACK_COMPLETE',
  ])('%s permits an update', (status) => {
    expect(codes(withStatus(status))).toEqual([]);
  });

  it.each([
    ['UPDATE_ROLLBACK_FAILED', 'ContinueUpdateRollback'],
    ['ROLLBACK_COMPLETE', 'terminate'],
    ['CREATE_FAILED', 'terminate'],
    ['DELETE_COMPLETE', 'terminate'],
    ['SOMETHING_NEW', 'permits updates'],
  ])('%s does not, and the remedy is named', (status, remedy) => {
    const [problem] = found(withStatus(status));
    expect(problem?.code).toBe('plan/stack-status');
    expect(problem?.next).toContain(remedy);
  });
});

it('preflight gives the same problems in whatever order AWS lists the parameters', () => {
  const definitions = [aDefinition('B'), aDefinition('A'), aDefinition('C')];
  const forward = found({ definitions: definitionsOf(definitions) });
  const backward = found({ definitions: definitionsOf(definitions.toReversed()) });
  expect(forward).toHaveLength(3);
  expect(backward).toEqual(forward);
});
