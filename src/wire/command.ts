import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { JOURNAL_BESIDE } from '../cli/again.ts';
import type { App } from '../cli/app.ts';
import { applyCommand } from '../cli/apply.ts';
import { approveCommand } from '../cli/approve.ts';
import { askCommand } from '../cli/ask.ts';
import { demoCommand } from '../cli/demo.ts';
import { freezeCommand, resumeCommand } from '../cli/freeze.ts';
import type { Action, Invocation } from '../cli/invocation.ts';
import type { ExitCode, Io } from '../cli/io.ts';
import { misuse } from '../cli/misuse.ts';
import { planCommand } from '../cli/plan.ts';
import { proceedCommand } from '../cli/proceed.ts';
import { parseArguments } from '../cli/program.ts';
import { schemaCommand } from '../cli/schema.ts';
import { checkCommand, statusCommand } from '../cli/status.ts';
import { validateCommand } from '../cli/validate.ts';
import type { Config } from '../config/config.ts';
import { resolveConfig } from '../config/resolve.ts';
import { renderProblems } from '../diff/render/problem.ts';
import { TrueupError } from '../domain/errors/registry.ts';
import { visible } from '../domain/visible.ts';
import { errnoOf, inWords } from '../source/failures.ts';
import { demoDirectory, prepareDemo, withOpenGuards } from './demo-setup.ts';
import { serveLocal } from './serve-local.ts';
import { terminal } from './terminal.ts';

/** One command line, carried out; resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const io = terminal();
  const parsed = parseArguments(argv, packageJson.version, io);
  if (parsed.kind === 'done') return parsed.exitCode;
  try {
    return await perform(io, parsed.invocation);
  } catch (error) {
    return explain(io, error);
  }
}

async function perform(io: Io, invocation: Invocation): Promise<ExitCode> {
  const { command } = invocation;
  if (command.kind === 'schema') return schemaCommand(io, command.name);
  if (command.kind === 'local') return serveLocal(io, command);
  const wrong = misuse(invocation);
  if (wrong !== null) {
    const next = `trueup ${command.kind} --help shows what it takes`;
    throw new TrueupError('cli/bad-argument', wrong, { next });
  }
  const prepared = command.kind === 'demo' ? await prepareDemo(command, invocation) : invocation;
  const read = await readConfig(io, prepared);
  if (read === null) return withoutConfig(io, command.kind);
  const config = withJournalOf(prepared, read);
  const { createApp } = await import('./app.ts');
  const open = command.kind === 'demo' ? withOpenGuards(config) : config;
  return dispatch(
    createApp({ io, invocation: prepared, config: open, version: packageJson.version }),
    command,
  );
}

/** A freeze is for the moment in which nobody wants to mend a configuration first. */
function withoutConfig(io: Io, kind: Action['kind']): ExitCode {
  if (kind === 'freeze' || kind === 'resume')
    io.err(
      `trueup: the configuration is invalid, so ${kind} did nothing\nnext: to go past it, add --config /dev/null and --journal FILE, the journal of the daemon\n`,
    );
  return 1;
}

async function dispatch(
  app: App,
  command: Exclude<Action, { kind: 'schema' | 'local' }>,
): Promise<ExitCode> {
  switch (command.kind) {
    case 'validate':
      return validateCommand(app, command.directory);
    case 'plan':
      return planCommand(app, command.directory, command.detailedExitcode);
    case 'apply':
      return applyCommand(app, command.directory, command.yes);
    case 'run':
      return app.runDaemon(command.directory);
    case 'status':
      return command.check ? checkCommand(app) : statusCommand(app);
    case 'retry':
    case 'accept':
      return askCommand(app, command.kind, command.name);
    case 'freeze':
      return freezeCommand(app, command.targets, command.reason);
    case 'resume':
      return resumeCommand(app, command.targets);
    case 'proceed':
      return proceedCommand(app, command.product);
    case 'approve':
      return approveCommand(app, command.digest);
    case 'demo':
      return demoCommand(
        app,
        join(demoDirectory(command), 'desired-state'),
        command.exitWhenConverged,
      );
    default:
      return command satisfies never;
  }
}

/** Flags beat TRUEUP_* beats trueup.yaml; every problem is shown at once. */
async function readConfig(io: Io, invocation: Invocation): Promise<Config | null> {
  const named = invocation.configFile ?? (io.env.TRUEUP_CONFIG || null);
  const resolved = resolveConfig({
    flags: invocation.flags,
    env: ambient(io.env, invocation.local !== null),
    file: await configFile(named),
  });
  const problems = resolved.kind === 'ok' ? resolved.warnings : resolved.problems;
  if (problems.length > 0) io.err(`${renderProblems(problems).trimEnd()}\n`);
  return resolved.kind === 'ok' ? resolved.config : null;
}

async function configFile(named: string | null) {
  const path = named ?? 'trueup.yaml';
  try {
    return { path, bytes: await readFile(path) };
  } catch (error) {
    if (named === null && isMissing(error)) return null;
    const message = `the configuration file ${path} cannot be read: ${inWords(errnoOf(error))}`;
    throw new TrueupError('cli/config-unreadable', message);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The embedded catalog has a region of its own: what the user's AWS settings say does not count. */
function ambient(env: Io['env'], local: boolean): Record<string, string> {
  const entries = Object.entries(env).flatMap(([key, value]) =>
    value === undefined || (local && key.startsWith('AWS_')) ? [] : [[key, value] as const],
  );
  return Object.fromEntries(entries);
}

/** The journal of an embedded catalog lies beside its state, for those who only ask it as well. */
function withJournalOf(invocation: Invocation, config: Config): Config {
  const { localState, flags } = invocation;
  if (localState === null || flags.journal !== undefined) return config;
  return { ...config, journal: `${localState}${JOURNAL_BESIDE}` };
}

/** Something that the user named cannot be read: what the system says is all there is to say. */
function isFileError(error: Error): error is Error & { readonly path: unknown } {
  return 'syscall' in error && 'path' in error;
}

const FILE_NEXT = 'check the path, and the permissions of the file';
const SEED_NEXT = 'mend the seed; trueup schema local-catalog prints its schema';

/** Errors that were foreseen say what and what next; anything else is a fault of this program. */
function explain(io: Io, error: unknown): ExitCode {
  if (error instanceof TrueupError) {
    io.err(`trueup: ${visible(error.message)} (${error.code})\nnext: ${visible(error.next)}\n`);
    return 1;
  }
  if (error instanceof Error && isFileError(error)) {
    const why = inWords(errnoOf(error));
    io.err(`trueup: cannot use ${visible(String(error.path))}: ${why}\nnext: ${FILE_NEXT}\n`);
    return 1;
  }
  if (error instanceof Error && error.name === 'SeedFileError') {
    // A seed file has a line for each problem.
    io.err(`trueup: ${error.message.split('\n').map(visible).join('\n')}\nnext: ${SEED_NEXT}\n`);
    return 1;
  }
  io.err(
    `trueup: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}
