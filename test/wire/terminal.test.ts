import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { terminal } from '../../src/wire/terminal.ts';

let input = new PassThrough();
let output = new PassThrough();
beforeEach(() => {
  input = new PassThrough();
  output = new PassThrough();
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as never);
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(output as never);
});
afterEach(() => vi.restoreAllMocks());

const never = new AbortController().signal;

describe('a question', () => {
  it('is answered with a line, or with nothing where the input ends', async () => {
    const answer = terminal().ask('Go on? ', never);
    input.write('yes\n');
    expect(await answer).toBe('yes');
    const ended = terminal().ask('Go on? ', never);
    input.end();
    expect(await ended).toBeNull();
  });

  it('is over when a signal comes, before it and while it stands', async () => {
    expect(await terminal().ask('Go on? ', AbortSignal.abort())).toBeNull();
    const stop = new AbortController();
    const answer = terminal().ask('Go on? ', stop.signal);
    stop.abort();
    expect(await answer).toBeNull();
    // What is said next stands on a line of its own.
    expect(String(output.read())).toMatch(/Go on\? \r?\n$/);
  });
});
