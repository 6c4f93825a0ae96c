/** In place of the program: does everything that a fuzzer has to notice, each at its index. */
export async function execute(_kind: string, _input: unknown, index: number) {
  if (index === 3) for (;;);
  if (index === 6) {
    const held: unknown[][] = [];
    // A piece that passes the limit by too much, or many small ones at once, end the whole process.
    for (;;) held.push(new Array(500_000).fill(held));
  }
  if (index === 9) queueMicrotask(() => process.exit(7));
  if (index === 12) throw new TypeError('not foreseen');
  return index === 15 ? 'read as something else' : null;
}
