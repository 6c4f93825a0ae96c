import { createInterface, type ReadLineOptions } from 'node:readline/promises';
import type { Io } from '../cli/io.ts';

/** The real terminal. Nothing else in the program touches the process's streams. */
export function terminal(): Io {
  const { stdin, stdout, stderr, env } = process;
  return {
    out: writer(stdout),
    err: writer(stderr),
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    colour: stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
    columns: stdout.columns ?? 80,
    env,
    ask,
    readInput,
  };
}

/**
 * A reader that closed the pipe early (`| head`) has seen enough: that is no failure of ours, and no
 * reason to leave the work half done or to end with another exit code.
 */
function writer(stream: NodeJS.WriteStream): (text: string) => void {
  let isOpen = true;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    isOpen = false;
  });
  return (text) => {
    if (isOpen) stream.write(text);
  };
}

async function ask(question: string, stop: AbortSignal): Promise<string | null> {
  const { stdin: input, stderr: output } = process;
  return askOn({ input, output }, question, stop, () => process.kill(process.pid, 'SIGINT'));
}

/** `interrupt`: what Ctrl-C does, which a terminal tells as a sign and not as a signal while it asks. */
export async function askOn(
  streams: ReadLineOptions,
  question: string,
  stop: AbortSignal,
  interrupt: () => void,
): Promise<string | null> {
  const lines = createInterface(streams);
  lines.once('SIGINT', interrupt);
  try {
    const ended = new Promise<null>((resolve) => lines.once('close', () => resolve(null)));
    return await Promise.race([lines.question(question, { signal: stop }), ended]);
  } catch (error) {
    if (!stop.aborted) throw error;
    return null;
  } finally {
    lines.close();
  }
}

async function readInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
