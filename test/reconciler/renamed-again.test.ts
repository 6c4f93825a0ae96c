import { describe, expect, it } from 'vitest';
import { doc, inEffect, later, operations, terminations } from './life.ts';

const other = doc('net-b');
const content = { provisioningParameters: { Cidr: 'same' } };

describe('a rename that was refused', () => {
  it('is over where neither document is there any more: what asked for its end has it', async () => {
    const old = doc('net-a', { prune: 'terminate' }, content);
    const fresh = doc('net-new', { prune: 'terminate', onMissing: 'provision' }, content);
    const { world, trueup } = await inEffect([old, other]);
    world.wish([fresh, other], 'r2');
    for (let i = 0; i < 2; i++) await later(world, trueup);
    expect(operations(world)).toEqual([]);
    world.wish([other], 'r3');
    for (let i = 0; i < 4; i++) await later(world, trueup);
    expect(terminations(world)).toBe(1);
  });
});

describe('a rename that is renamed once more', () => {
  it.each(['terminate', 'never'])('is refused as the first one was (prune: %s)', async (prune) => {
    const old = doc('net-a', { prune }, content);
    const named = (name: string) => doc(name, { prune, onMissing: 'provision' }, content);
    const { world, trueup } = await inEffect([old, other]);
    world.wish([named('net-new'), other], 'r2');
    for (let i = 0; i < 2; i++) await later(world, trueup);
    expect(operations(world)).toEqual([]);
    world.wish([named('net-newer'), other], 'r3');
    for (let i = 0; i < 3; i++) await later(world, trueup);
    expect(operations(world)).toEqual([]);
  });
});
