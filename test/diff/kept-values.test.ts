import { expect, it } from 'vitest';
import {
  aDefinition,
  aLive,
  aSpec,
  assessed,
  definitionsOf,
  factsFor,
  refusalCodes,
} from './build.ts';

const definitions = definitionsOf([
  aDefinition('Size', { allowedValues: ['big'] }),
  aDefinition('Password', { noEcho: true }),
]);

it.each([
  ['left out', {}],
  ['kept by usePreviousValue', { Size: { kind: 'usePrevious' } as const }],
])(
  'a live value (small) that the new version forbids is refused before the call: %s',
  (_how, parameters) => {
    const spec = aSpec({ version: { kind: 'name', name: '2.0' }, parameters });
    const live = aLive();
    const change = assessed({ spec, live, facts: factsFor(spec, live, definitions) });
    expect(refusalCodes(change)).toEqual(['plan/value-not-allowed']);
  },
);
