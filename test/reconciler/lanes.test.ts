import { describe, expect, it } from 'vitest';
import { asProductKey, type ProductKey } from '../../src/domain/ids.ts';
import { KeyedQueue, PRIORITY } from '../../src/reconciler/queue.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** Names that begin with `a` are of the lane A; work lasts until it is let go. */
function queueOf(limit: number, concurrency = 10) {
  const clock = new VirtualClock();
  const running = new Map<ProductKey, () => void>();
  const order: string[] = [];
  const state = {
    lanes: (key: ProductKey): readonly string[] => (key.startsWith('a') ? ['A'] : []),
  };
  const queue = new KeyedQueue({
    concurrency,
    clock,
    lanesOf: (key) => state.lanes(key),
    laneLimits: new Map([
      ['A', limit],
      ['B', limit],
    ]),
    onDone: () => undefined,
    work: (key) =>
      new Promise((resolve) => {
        order.push(key);
        running.set(key, () => {
          running.delete(key);
          resolve();
        });
      }),
  });
  const add = (...names: string[]) => {
    for (const name of names) queue.add(asProductKey(name), PRIORITY.commit);
  };
  const end = async (name: string) => {
    running.get(asProductKey(name))?.();
    await clock.settle();
  };
  return { queue, clock, order, state, add, end, running: () => [...running.keys()].sort() };
}

describe('lanes', () => {
  it('hold their limit and take no slot from others while they wait', async () => {
    const q = queueOf(2, 3);
    q.add('a1', 'a2', 'a3', 'a4', 'b1', 'b2');
    await q.clock.settle();
    expect(q.running()).toEqual(['a1', 'a2', 'b1']);
    await q.end('b1');
    expect(q.running()).toEqual(['a1', 'a2', 'b2']);
    await q.end('a1');
    expect(q.running()).toEqual(['a2', 'a3', 'b2']);
    for (const name of ['a2', 'a3', 'a4', 'b2']) await q.end(name);
    expect(q.queue.size).toBe(0);
  });

  it('go on by priority, then by who came first', async () => {
    const q = queueOf(1);
    q.add('a1', 'a2', 'a3', 'a4');
    await q.clock.settle();
    q.queue.add(asProductKey('a4'), PRIORITY.person);
    for (const name of ['a1', 'a4', 'a2', 'a3']) await q.end(name);
    expect(q.order).toEqual(['a1', 'a4', 'a2', 'a3']);
  });

  it('do not pass by who waits for room in two of them', async () => {
    const q = queueOf(1);
    const lanes = { a: ['A'], b: ['B'], u: ['A', 'B'] };
    q.state.lanes = (key) => lanes[key.charAt(0) as keyof typeof lanes];
    q.add('a1', 'b1', 'u', 'a2', 'b2');
    await q.clock.settle();
    for (const name of ['a1', 'b1', 'u', 'a2', 'b2']) await q.end(name);
    expect(q.order).toEqual(['a1', 'b1', 'u', 'a2', 'b2']);
    expect(q.queue.size).toBe(0);
  });

  it('forget nobody when a waiting name changes its lane', async () => {
    const q = queueOf(1);
    q.add('a1', 'a2', 'a3');
    await q.clock.settle();
    q.state.lanes = () => [];
    await q.end('a1');
    await q.end('a2');
    await q.end('a3');
    expect(q.order).toEqual(['a1', 'a2', 'a3']);
    expect(q.queue.size).toBe(0);
  });

  it('drop who waits when the queue is closed', async () => {
    const q = queueOf(1);
    q.add('a1', 'a2');
    await q.clock.settle();
    q.queue.close();
    await q.end('a1');
    expect(q.order).toEqual(['a1']);
    expect(q.queue.size).toBe(0);
  });
});
