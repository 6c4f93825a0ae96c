import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blankProduct } from '../../src/diff/creation.ts';
import { pendingOf } from '../../src/diff/pending.ts';
import { buildRequest, lacksKey, type RequestInput } from '../../src/diff/request.ts';
import { rebuildRequest, requestHash, storeRequest } from '../../src/diff/stored-request.ts';
import { ruleKey } from '../../src/diff/version-rule.ts';
import { asArtifactId } from '../../src/domain/ids.ts';
import { read, type StackParameter } from '../../src/domain/live.ts';
import type { ProductRequest } from '../../src/domain/request.ts';
import type { Spec } from '../../src/domain/spec.ts';
import {
  aDefinition,
  aLive,
  anEntry,
  aSpec,
  aStack,
  compared,
  definitionsOf,
  factsFor,
  fingerprint,
  KEY_ID,
  prints,
  shown,
  value,
} from './build.ts';

type Update = Extract<ProductRequest, { operation: 'UpdateProvisionedProduct' }>;

function input(parts: Partial<RequestInput> = {}): RequestInput {
  const spec = parts.spec ?? aSpec();
  const live = parts.live ?? aLive();
  const entry = parts.entry ?? anEntry();
  const { resolved } = factsFor(spec, live);
  if (resolved.kind !== 'resolved') throw new Error(JSON.stringify(resolved));
  return {
    step: 'update',
    spec,
    live,
    entry,
    resolved,
    definitions: definitionsOf(),
    fingerprint,
    comparison: compared({ spec, live, entry }),
    ...parts,
  };
}

function update(parts: Partial<RequestInput> = {}): Update {
  const request = buildRequest(input(parts));
  if (request.operation !== 'UpdateProvisionedProduct') throw new Error(request.operation);
  return request;
}

/** `Size=big Password=previous Secret=(secret)` */
function sent(request: Update): string {
  return request.parameters
    .map((one) => `${one.key}=${one.kind === 'value' ? one.value : `(${one.kind})`}`)
    .join(' ');
}

const stackOf = (parameters: Record<string, StackParameter>) =>
  aLive({ stack: read(aStack({ parameters })) });
const size = (text: string) => aSpec({ parameters: { Size: value(text) } });

describe('buildRequest, parameters', () => {
  it.each<[string, Partial<RequestInput>, string]>([
    ['what is left out is kept', {}, 'Password=(previous) Size=(previous)'],
    [
      'a declared value is sent as written',
      { spec: size(' big ') },
      'Password=(previous) Size= big ',
    ],
    ['an empty value is sent', { spec: size('') }, 'Password=(previous) Size='],
    [
      'new in the version: left out, so that it takes its default',
      {
        definitions: definitionsOf([
          aDefinition('Size'),
          aDefinition('Nat', { defaultValue: 'x' }),
        ]),
      },
      'Size=(previous)',
    ],
    [
      'gone from the version: not sent',
      { definitions: definitionsOf([aDefinition('Password')]) },
      'Password=(previous)',
    ],
    [
      'usePreviousValue',
      { spec: aSpec({ parameters: { Size: { kind: 'usePrevious' } } }) },
      'Password=(previous) Size=(previous)',
    ],
    [
      'useDefault sends the default',
      {
        spec: aSpec({ parameters: { Size: { kind: 'useDefault' } } }),
        definitions: definitionsOf([aDefinition('Size', { defaultValue: 'medium' })]),
      },
      'Size=medium',
    ],
    [
      'useDefault of a NoEcho parameter leaves it out: its default is not ours to know',
      {
        spec: aSpec({ parameters: { Size: { kind: 'useDefault' } } }),
        definitions: definitionsOf([aDefinition('Size', { defaultValue: '****', noEcho: true })]),
      },
      '',
    ],
    [
      'NoEcho in the live stack',
      {
        spec: aSpec({ parameters: { Password: value('p') } }),
        definitions: definitionsOf([aDefinition('Password')]),
      },
      'Password=(secret)',
    ],
    [
      'NoEcho in the target version',
      { spec: size('p'), definitions: definitionsOf([aDefinition('Size', { noEcho: true })]) },
      'Size=(secret)',
    ],
    [
      'a live key named like a member of every object',
      {
        live: stackOf({ Size: shown('s') }),
        definitions: definitionsOf([aDefinition('constructor', { defaultValue: '' })]),
      },
      '',
    ],
  ])('%s', (_rule, parts, expected) => {
    expect(sent(update(parts))).toBe(expected);
  });
});

describe('buildRequest, tags', () => {
  const live = aLive({ tags: read({ team: 'a', foreign: 'f', own: 'o', 'aws:x': 'y' }) });
  const entry = anEntry({ ownTags: ['own'] });
  const tagsOf = (spec: Spec, parts: Partial<RequestInput> = {}) =>
    update({ spec, live, entry, ...parts })
      .tags?.map(({ key, value: text }) => `${key}=${text}`)
      .join(' ');

  it.each<[string, Spec, string]>([
    ['not declared: all live ones', aSpec(), 'foreign=f own=o team=a'],
    [
      'declared: overlaid, our dropped ones gone, foreign ones kept',
      aSpec({ tags: { team: 'b', cost: '1' } }),
      'cost=1 foreign=f team=b',
    ],
    ['an own one that is still declared', aSpec({ tags: { own: 'o' } }), 'foreign=f own=o team=a'],
    ['declared empty', aSpec({ tags: {} }), 'foreign=f team=a'],
  ])('%s', (_rule, spec, expected) => {
    expect(tagsOf(spec)).toBe(expected);
  });

  it('sends none where the product does not allow tag updates', () => {
    const definitions = definitionsOf([], 'notAllowed');
    expect(update({ spec: aSpec({ tags: { team: 'a' } }), live, definitions }).tags).toBeNull();
  });
});

describe('buildRequest', () => {
  it('names every id explicitly', () => {
    const request = update({ spec: aSpec({ acceptLanguage: 'jp' }) });
    expect(request).toMatchObject({
      provisionedProductId: 'pp-a',
      productId: 'prod-net',
      artifactId: 'pa-1',
      pathId: 'lpv2-1',
      acceptLanguage: 'jp',
    });
  });

  it.each([
    ['owner', 'OWNER', 'arn:o'],
    ['launchRole', 'LAUNCH_ROLE', 'arn:l'],
  ] as const)('changes only one property in step %s', (step, property, text) => {
    const spec = aSpec({ owner: 'arn:o', launchRole: 'arn:l' });
    expect(buildRequest(input({ step, spec, resolved: null, definitions: null }))).toEqual({
      operation: 'UpdateProvisionedProductProperties',
      provisionedProductId: 'pp-a',
      property,
      value: text,
      acceptLanguage: null,
    });
  });

  it('does not build a request with a secret that could not be journalled', () => {
    const spec = aSpec({ parameters: { Password: value('hunter2') } });
    const parts = input({ spec, fingerprint: null });
    expect(lacksKey(parts)).toBe(true);
    expect(() => buildRequest(parts)).toThrow(/Password is NoEcho/);
    expect(lacksKey(input({ spec: size('x'), fingerprint: null }))).toBe(false);
  });

  it('is the same in whatever order document and AWS list things', () => {
    const keys = ['A', 'B', 'C', 'D', 'é', 'z'];
    const tags = { b: '1', a: '2', c: '3' };
    const make = (order: readonly string[]) => {
      const stack = Object.fromEntries(order.map((key) => [key, shown(`live ${key}`)]));
      const wishes = Object.fromEntries(
        order
          .slice()
          .reverse()
          .filter((key) => key < 'D')
          .map((key) => [key, value(key)]),
      );
      const live = aLive({
        stack: read(aStack({ parameters: stack })),
        tags: read(
          Object.fromEntries(Object.entries(tags).sort(() => (order[0] === 'A' ? 1 : -1))),
        ),
      });
      return update({
        spec: aSpec({ parameters: wishes }),
        live,
        definitions: definitionsOf(order.map((key) => aDefinition(key))),
      });
    };
    const reference = make(keys);
    fc.assert(
      fc.property(fc.shuffledSubarray(keys, { minLength: keys.length }), (order) => {
        expect(make(order)).toEqual(reference);
        expect(requestHash(make(order))).toBe(requestHash(reference));
      }),
    );
  });
});

const secretive = aSpec({ parameters: { Password: value('hunter2'), Size: value('big') } });

describe('a stored request', () => {
  it('holds no secret, and is rebuilt exactly', () => {
    const request = update({ spec: secretive });
    const stored = storeRequest(request);
    expect(JSON.stringify(stored)).not.toContain('hunter2');
    expect(rebuildRequest(JSON.parse(JSON.stringify(stored)), secretive, fingerprint)).toEqual(
      request,
    );
  });

  it.each<[string, Spec, typeof fingerprint | null]>([
    ['the secret changed', aSpec({ parameters: { Password: value('hunter3') } }), fingerprint],
    [
      'the secret has a blank more',
      aSpec({ parameters: { Password: value('hunter2 ') } }),
      fingerprint,
    ],
    ['the secret is no longer declared', aSpec(), fingerprint],
    ['the key is gone', secretive, null],
  ])('cannot be rebuilt once %s', (_why, spec, print) => {
    expect(rebuildRequest(storeRequest(update({ spec: secretive })), spec, print)).toBeNull();
  });

  it('keeps what it held even if the rest of the document changed', () => {
    const request = update({ spec: secretive });
    const spec = aSpec({ parameters: { Password: value('hunter2'), Size: value('huge') } });
    expect(rebuildRequest(storeRequest(request), spec, fingerprint)).toEqual(request);
  });
});

describe('requestHash', () => {
  it('tells secrets apart, by their keyed digest only', () => {
    const one = requestHash(update({ spec: secretive }));
    const other = requestHash(
      update({ spec: aSpec({ parameters: { Password: value('x'), Size: value('big') } }) }),
    );
    expect(one).not.toBe(other);
    const inClear = { ...update({ spec: secretive }) };
    const blanked = {
      ...inClear,
      parameters: inClear.parameters.map((one) =>
        one.kind === 'secret' ? { ...one, value: '' } : one,
      ),
    };
    expect(requestHash(blanked)).toBe(one);
  });

  it('changes with every part of the request', () => {
    const base = update();
    const [first] = base.parameters;
    if (first === undefined) throw new Error('no parameter');
    const others: readonly ProductRequest[] = [
      { ...base, artifactId: 'pa-2' as Update['artifactId'] },
      { ...base, productId: 'prod-2' as Update['productId'] },
      { ...base, pathId: null },
      { ...base, tags: null },
      { ...base, tags: [] },
      { ...base, parameters: [] },
      { ...base, parameters: [{ kind: 'value', key: first.key, value: '' }] },
      { ...base, acceptLanguage: 'zh' },
      buildRequest(input({ step: 'owner', spec: aSpec({ owner: 'arn:o' }) })),
      buildRequest(input({ step: 'launchRole', spec: aSpec({ launchRole: 'arn:o' }) })),
    ];
    const hashes = [base, ...others].map(requestHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe('pendingOf', () => {
  const pending = (parts: Partial<RequestInput>) => {
    const all = input(parts);
    const request = buildRequest(all);
    return pendingOf({ ...all, request, keyId: KEY_ID });
  };

  it('holds the fingerprint of each secret sent, without the blanks that AWS drops', () => {
    const spec = aSpec({ parameters: { Password: value(' hunter2 ') } });
    expect({ ...pending({ spec }).fingerprints }).toEqual({
      Password: fingerprint('Password', 'hunter2'),
    });
  });

  it('carries over what is kept and still known', () => {
    const entry = anEntry({ fingerprints: prints({ Password: 'hunter2' }) });
    expect({ ...pending({ entry }).fingerprints }).toEqual({
      Password: fingerprint('Password', 'hunter2'),
    });
  });

  it('holds what is sent, not what was known of it before', () => {
    const entry = anEntry({ fingerprints: prints({ Password: 'former' }) });
    const spec = aSpec({ parameters: { Password: value('hunter2') } });
    expect({ ...pending({ entry, spec }).fingerprints }).toEqual({
      Password: fingerprint('Password', 'hunter2'),
    });
  });

  it('holds nothing without a key', () => {
    const sent = pending({
      spec: aSpec({ parameters: { Size: value('big') } }),
      fingerprint: null,
    });
    expect({ ...sent.fingerprints }).toEqual({});
  });

  it.each([
    ['of what tells its values, none of those it tells', aLive(), {}, false],
    [
      'of what nothing tells yet, all of them',
      blankProduct(aSpec()),
      { Size: fingerprint('Size', 'big') },
      true,
    ],
  ])('holds %s', (_of, live, expected, complete) => {
    const spec = aSpec({ parameters: { Size: value('big') } });
    const definitions = definitionsOf([aDefinition('Size')]);
    const step = complete ? 'provision' : 'update';
    const sent = pending({ spec, live, definitions, step });
    expect([{ ...sent.fingerprints }, sent.complete]).toEqual([expected, complete]);
  });

  it('notes what the rule for the version found, and keeps a note that still says so', () => {
    const spec = aSpec({ versionRule: { kind: 'latest' } });
    const rule = ruleKey(spec) ?? '';
    const noted = { rule, artifactId: asArtifactId('pa-1') };
    expect(pending({}).appliedVersion).toBeNull();
    expect(pending({ entry: anEntry({ appliedVersion: noted }) }).appliedVersion).toBeNull();
    expect(pending({ spec }).appliedVersion).toEqual(noted);
    for (const before of [
      { rule, artifactId: asArtifactId('pa-0') },
      { rule: 'another', artifactId: asArtifactId('pa-1') },
    ])
      expect(pending({ spec, entry: anEntry({ appliedVersion: before }) }).appliedVersion).toEqual(
        noted,
      );
  });

  it('keeps the tags that are ours where none may be sent', () => {
    const spec = aSpec({ tags: { cost: '1' } });
    const definitions = definitionsOf([], 'notAllowed');
    const entry = anEntry({ ownTags: ['team'] });
    expect(pending({ spec, definitions, entry }).ownTags).toEqual(['team']);
  });

  it('does not carry over what is no longer valid', () => {
    const entry = anEntry({ fingerprints: prints({ Password: 'hunter2' }) });
    const live = aLive({ stack: read(aStack({ lastUpdated: '2026-11-09T00:00:00Z' })) });
    expect({ ...pending({ entry, live }).fingerprints }).toEqual({});
  });

  it.each<[string, Spec, readonly string[], readonly string[]]>([
    ['owns what it declares', aSpec({ tags: { team: 'a', cost: '1' } }), [], ['cost', 'team']],
    [
      'lets a dropped tag go together with a change',
      aSpec({ tags: { cost: '1' } }),
      ['team'],
      ['cost'],
    ],
    ['keeps a dropped tag that AWS will not remove', aSpec({ tags: {} }), ['team'], ['team']],
    ['forgets a dropped tag that is not live', aSpec({ tags: {} }), ['away'], []],
    ['keeps all where no tags are declared', aSpec(), ['team'], ['team']],
  ])('%s', (_rule, spec, ownTags, expected) => {
    expect(pending({ spec, entry: anEntry({ ownTags }) }).ownTags).toEqual(expected);
  });

  it('remembers the path as declared', () => {
    const spec = aSpec({ path: { kind: 'name', name: 'platform' } });
    expect(pending({ spec }).declaredPath).toBe('name:platform');
    expect(pending({ spec: aSpec() }).declaredPath).toBe('none');
  });

  it('changes nothing of that for a property', () => {
    const entry = anEntry({ ownTags: ['team'], declaredPath: 'name:x' });
    const result = pending({ step: 'owner', spec: aSpec({ owner: 'arn:o', tags: {} }), entry });
    expect(result).toMatchObject({ ownTags: ['team'], declaredPath: 'name:x', fingerprints: {} });
  });
});
