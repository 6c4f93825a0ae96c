import { Command as Commander, CommanderError } from 'commander';
import { visible } from '../domain/visible.ts';
import { collect, estate } from './estate-command.ts';
import { from, type Invocation, plain, type Raw, text, texts } from './invocation.ts';

export type Parsed =
  | { readonly kind: 'invocation'; readonly invocation: Invocation }
  /** Help, a version, or a usage error: already written. */
  | { readonly kind: 'done'; readonly exitCode: number };

export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** argv → what to do; nothing else in the program reads argv. */
export function parseArguments(argv: readonly string[], version: string, output: Output): Parsed {
  const found: Invocation[] = [];
  const program = buildProgram(version, output, (invocation) => found.push(invocation));
  try {
    program.parse(withBareLocal(argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const seed = error.code === 'commander.excessArguments' ? afterLocal(argv) : null;
    if (seed !== null) output.err(`(--local takes a seed with an equals sign: --local=${seed})\n`);
    return { kind: 'done', exitCode: error.exitCode === 0 ? 0 : 1 };
  }
  const [invocation] = found;
  return invocation === undefined
    ? { kind: 'done', exitCode: 1 }
    : { kind: 'invocation', invocation };
}

/** `--local` takes a value only as `--local=SEED`; bare, it must not swallow the directory after it. */
function withBareLocal(argv: readonly string[]): string[] {
  return argv.map((word) => (word === '--local' ? '--local=' : word));
}

/** What stands where the seed of a bare `--local` might be meant. */
function afterLocal(argv: readonly string[]): string | null {
  const next = argv[argv.indexOf('--local') + 1];
  return !argv.includes('--local') || next === undefined || next.startsWith('-')
    ? null
    : visible(next);
}

type Take = (invocation: Invocation) => void;

function buildProgram(version: string, output: Output, take: Take): Commander {
  const program = new Commander('trueup')
    .description('Keeps AWS Service Catalog provisioned products true to Git.')
    .version(version, '-V, --version')
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError('(trueup --help shows every command)')
    .configureOutput({
      writeOut: (text) => output.out(text),
      writeErr: (text) => output.err(text),
    });
  addEstateCommands(program, take);
  addJournalCommands(program, take);
  addHoldCommands(program, take);
  addLocalCommands(program, take);
  program
    .command('schema [name]')
    .description('print a JSON Schema: document, config, plan or local-catalog')
    .action((name: string | undefined) =>
      take(plain({ kind: 'schema', name: name ?? 'document' })),
    );
  for (const command of program.commands)
    command.showHelpAfterError(`(trueup ${command.name()} --help shows what it takes)`);
  return program;
}

const APPROVE =
  'allow what plan prints this digest for, once, although a guard refuses it; may be repeated';
const STRICT = 'carry out all of what is approved, or nothing of it';
const JOURNAL_RESET = 'rename the journal that is there and start with an empty one';

function addEstateCommands(program: Commander, take: Take): void {
  estate(program, 'validate', 'validate <directory>', 'check the documents; reads no AWS').action(
    (directory: string, options: Raw) => take(from({ kind: 'validate', directory }, options)),
  );
  estate(program, 'plan', 'plan <directory>', 'show what would change, and change nothing')
    .option('--detailed-exitcode', 'exit 2 if there are changes, 0 if there are none')
    .action((directory: string, options: Raw) =>
      take(
        from(
          { kind: 'plan', directory, detailedExitcode: options.detailedExitcode === true },
          options,
        ),
      ),
    );
  estate(
    program,
    'apply',
    'apply <directory>',
    'make the planned changes and follow them to their end',
  )
    .option('-y, --yes', 'do not ask; needed where there is no terminal')
    .option('--approve <digest>', APPROVE, collect)
    .option('--strict', STRICT)
    .option('--journal-reset', JOURNAL_RESET)
    .action((directory: string, options: Raw) =>
      take(from({ kind: 'apply', directory, yes: options.yes === true }, options)),
    );
  estate(
    program,
    'run',
    'run <directory>',
    'reconcile at start, when the directory changes and at an interval',
  )
    .option('--approve <digest>', APPROVE, collect)
    .option('--strict', STRICT)
    .option('--journal-reset', JOURNAL_RESET)
    .action((directory: string, options: Raw) => take(from({ kind: 'run', directory }, options)));
}

function addJournalCommands(program: Commander, take: Take): void {
  estate(program, 'status', 'status', 'show what the journal knows, without AWS')
    .option('--check', 'for health checks: exit 0 if the daemon is alive and can work')
    .action((options: Raw) =>
      take(from({ kind: 'status', check: options.check === true }, options)),
    );
  estate(
    program,
    'retry',
    'retry <name>',
    'let a stalled provisioned product be tried again',
  ).action((name: string, options: Raw) => take(from({ kind: 'retry', name }, options)));
  estate(
    program,
    'accept',
    'accept <name>',
    'declare that values AWS does not return are as documented',
  ).action((name: string, options: Raw) => take(from({ kind: 'accept', name }, options)));
  estate(
    program,
    'approve',
    'approve <digest>',
    'allow a plan that a guard holds back, or the part of one target, once',
  )
    .option('--strict', STRICT)
    .action((digest: string, options: Raw) => take(from({ kind: 'approve', digest }, options)));
  estate(
    program,
    'proceed',
    'proceed <product>',
    'let the paused rollouts of a product go on in spite of what failed',
  ).action((product: string, options: Raw) => take(from({ kind: 'proceed', product }, options)));
}

function addHoldCommands(program: Commander, take: Take): void {
  const target = ['--target <names>', 'only these targets, separated by commas', collect] as const;
  estate(program, 'freeze', 'freeze', 'start nothing more, at once, until it is resumed')
    .option(...target)
    .requiredOption('--reason <text>', 'why; shown wherever something waits for it')
    .action((options: Raw) => {
      const reason = text(options.reason) ?? '';
      take(from({ kind: 'freeze', targets: texts(options.target), reason }, options));
    });
  estate(program, 'resume', 'resume', 'lift what was frozen with these selectors, or all of it')
    .option(...target)
    .action((options: Raw) =>
      take(from({ kind: 'resume', targets: texts(options.target) }, options)),
    );
}

function addLocalCommands(program: Commander, take: Take): void {
  program
    .command('local')
    .description('serve a Service Catalog on this machine, for tests and demonstrations')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes a free one', '4610')
    .option('--seed <file>', 'what it starts with')
    .option('--generate <number>', 'start with this many generated provisioned products')
    .option('--state <file>', 'keep its state in this file')
    .action((options: Raw) =>
      take(
        plain({
          kind: 'local',
          port: text(options.port) ?? '4610',
          seed: text(options.seed),
          state: text(options.state),
          generate: text(options.generate),
        }),
      ),
    );
  estate(program, 'demo', 'demo', 'run the whole thing on an embedded Service Catalog')
    .option('--exit-when-converged', 'end with 0 as soon as the estate has converged')
    .option(
      '--directory <path>',
      'a directory of its own, which it makes anew each time (default .trueup/demo)',
    )
    .action((options: Raw) =>
      take(
        from(
          {
            kind: 'demo',
            exitWhenConverged: options.exitWhenConverged === true,
            directory: text(options.directory),
          },
          options,
        ),
      ),
    );
}
