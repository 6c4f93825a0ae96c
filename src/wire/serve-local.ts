import type { Action } from '../cli/invocation.ts';
import type { ExitCode, Io } from '../cli/io.ts';
import { TrueupError } from '../domain/errors/registry.ts';

/** Serves the embedded Service Catalog until a signal ends it. */
export async function serveLocal(
  io: Io,
  command: Extract<Action, { kind: 'local' }>,
): Promise<ExitCode> {
  const port = wholeNumber('--port', command.port, 65_535);
  const generate =
    command.generate === null ? null : wholeNumber('--generate', command.generate, 100_000);
  const [{ runLocal }, { shutDownOn }] = await Promise.all([
    import('../local-catalog/run-local.ts'),
    import('./signals.ts'),
  ]);
  const shutDown = shutDownOn(['SIGINT', 'SIGTERM']);
  const options = { port, seedFile: command.seed, generate, stateFile: command.state };
  try {
    await runLocal(options, { print: (line) => io.out(`${line}\n`), signal: shutDown.signal });
    return 0;
  } catch (error) {
    throw isPortError(error) ? portTaken(port, error) : error;
  } finally {
    shutDown.release();
  }
}

function isPortError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}

function portTaken(port: number, cause: Error): TrueupError {
  const isTaken = 'code' in cause && cause.code === 'EADDRINUSE';
  const why = isTaken ? 'another program, perhaps another catalog, listens there' : cause.message;
  const next = 'end that program, or choose another port; --port 0 takes a free one';
  const message = `port ${port} of 127.0.0.1 cannot be used: ${why}`;
  return new TrueupError('cli/bad-argument', message, { next, cause });
}

function wholeNumber(flag: string, text: string, most: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 0 && number <= most) return number;
  throw new TrueupError(
    'cli/bad-argument',
    `${flag} takes a whole number from 0 to ${most}, not ${JSON.stringify(text)}`,
  );
}
