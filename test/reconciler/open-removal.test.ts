import { describe, expect, it } from 'vitest';
import type { InvalidDocument } from '../../src/reconciler/context.ts';
import { doc, keyOf, look, MINUTE, removed, terminations } from './life.ts';
import { TARGET } from './world.ts';

const at = { file: 'net-b.yaml', line: 1, column: 1 };
const needing: InvalidDocument = {
  name: 'net-b',
  at,
  problem: {
    code: 'document/unknown-dependency',
    severity: 'error',
    at,
    field: 'reconcile.dependsOn',
    message: 'no document is for "net-a"',
    next: 'correct it',
  },
  needs: [`${TARGET}/net-a`],
};

describe('a termination that was lost', () => {
  it.each([
    ['is repeated', [], 2],
    ['is not repeated while a document that is invalid for it depends on it', [needing], 1],
  ] as const)('%s', async (_, invalid, sent) => {
    const { world, trueup } = await removed([doc('net-a'), doc('net-c')], [doc('net-c')]);
    await world.clock.pass(11 * MINUTE);
    const effect = { kind: 'lostRequest' } as const;
    world.service.admin.addFault({ operation: 'TerminateProvisionedProduct', count: 1, effect });
    await trueup.reconcile();
    expect(terminations(world)).toBe(1);
    world.wish([doc('net-c')], 'r3');
    const change = {
      invalid: new Map(invalid.map((one) => [keyOf(one.name), one])),
      declared: new Set(['net-c', ...invalid.map(({ name }) => name)].map(keyOf)),
    };
    for (let i = 0; i < 2; i++) {
      const looked = look(world, trueup, () => change);
      await world.clock.pass(5 * MINUTE);
      await looked;
    }
    expect(terminations(world)).toBe(sent);
    expect(world.service.admin.names().includes('net-a')).toBe(sent === 1);
  });
});
