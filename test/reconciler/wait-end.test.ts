import { expect, it } from 'vitest';
import type { ChangeVerdict } from '../../src/domain/change.ts';
import { nextWaitEndMs } from '../../src/reconciler/wait-end.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

const latched = (kind: 'backoff' | 'stalled', afterS: number): { verdict: ChangeVerdict } => {
  const facts = { requestHash: null, recordId: null, reason: 'Rate exceeded', at: '' };
  const until = new Date(NOW + afterS * 1_000).toISOString();
  const latch =
    kind === 'backoff'
      ? ({ kind, ...facts, attempts: 1, until } as const)
      : ({ kind, ...facts, next: 'ask again' } as const);
  return { verdict: { kind: 'latched', latch } };
};

it.each<[string, readonly { verdict: ChangeVerdict }[], number | null]>([
  ['nothing waits', [{ verdict: { kind: 'inSync' } }], null],
  ['only a person can help', [latched('stalled', 60)], null],
  ['its wait is over already', [latched('backoff', 0), latched('backoff', -5)], null],
  ['one waits, and another one longer', [latched('backoff', 480), latched('backoff', 60)], 60_000],
  ['two end close together', [latched('backoff', 90), latched('backoff', 60)], 90_000],
  ['one ends just after that', [latched('backoff', 91), latched('backoff', 60)], 60_000],
])('the next look for what waited is due, where %s', (_, changes, expected) => {
  expect(nextWaitEndMs(changes, NOW)).toBe(expected);
});
