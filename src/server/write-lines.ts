import { writeSync } from 'node:fs';

/** Takes whole lines: a stream such as standard error, or anything else with a `write`. */
export interface LogDestination {
  write(line: string): unknown;
  /** Where there is one, lines go to it directly. */
  readonly fd?: number;
}

const FULL_PIPE_PAUSE_MS = 5;

/**
 * Writes a line before it returns. Node's own standard error holds back what a full pipe does not
 * take at once, and loses it at exit; a line of the log must be out when the thing that it tells
 * of goes on.
 */
export function lineWriter(destination: LogDestination): (line: string) => void {
  const { fd } = destination;
  if (fd === undefined) return (line) => void destination.write(line);
  return (line) => writeWhole(fd, Buffer.from(line));
}

function writeWhole(fd: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      const full = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!full) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_PAUSE_MS);
    }
  }
}
