import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { askOn } from '../../src/wire/terminal.ts';

function asking(terminal = true) {
  const streams = { input: new PassThrough(), output: new PassThrough(), terminal };
  const stop = new AbortController();
  const seen = { interrupts: 0 };
  const answer = askOn(streams, 'Really? ', stop.signal, () => {
    seen.interrupts += 1;
    stop.abort();
  });
  return { ...streams, answer, seen };
}

it('a question is answered by a line', async () => {
  const { input, answer, seen } = asking();
  input.write('yes\r');
  expect([await answer, seen.interrupts]).toEqual(['yes', 0]);
});

it('Ctrl-C at a question interrupts the command, and is no answer', async () => {
  const { input, answer, seen } = asking();
  input.write('\u0003');
  expect([await answer, seen.interrupts]).toEqual([null, 1]);
});

it('the end of the input is no answer', async () => {
  const { input, answer, seen } = asking(false);
  input.end();
  expect([await answer, seen.interrupts]).toEqual([null, 0]);
});
