import { renderProblems } from '../diff/render/problem.ts';
import { plural } from '../diff/render/words.ts';
import { errorEntry } from '../domain/errors/registry.ts';
import { visible, visibleJson } from '../domain/visible.ts';
import type { App, Loaded } from './app.ts';
import type { Action } from './invocation.ts';
import type { ExitCode } from './io.ts';
import { paintFor } from './paint.ts';

/** `validate DIR`: every problem of every file at once. Exit 0 if there is no error. */
export async function validateCommand(app: App, directory: string): Promise<ExitCode> {
  const loaded = await app.load(directory);
  if (loaded.kind === 'unavailable') return unavailable(app, directory, loaded.why);
  const errors = loaded.problems.filter((problem) => problem.severity === 'error').length;
  if (app.invocation.format === 'json') {
    app.io.out(`${visibleJson(asJson(loaded, errors))}\n`);
  } else {
    if (loaded.problems.length > 0)
      app.io.out(`${renderProblems(loaded.problems, paintFor(app.io.colour)).trimEnd()}\n\n`);
    app.io.out(`${summary(loaded, errors)}\n`);
  }
  return errors === 0 ? 0 : 1;
}

export function unavailable(app: App, directory: string, why: string): ExitCode {
  const next = visible(nextOf(app.invocation.command.kind, directory, why));
  const reason = `cannot read ${visible(directory)}: ${visible(why)}`;
  app.io.err(`trueup: ${reason} (source/unavailable)\nnext: ${next}\n`);
  return 1;
}

/** What to type instead, where that can be told. */
function nextOf(command: Action['kind'], directory: string, why: string): string {
  if (directory === '-') return `give it documents, for instance: cat FILE | trueup ${command} -`;
  if (why.endsWith('is not a directory')) {
    const holder = 'name the directory that holds it';
    return command === 'run'
      ? `${holder}: run watches a directory`
      : `${holder}, or give the file as input: trueup ${command} - < ${directory}`;
  }
  return errorEntry('source/unavailable').next;
}

function summary(loaded: Extract<Loaded, { kind: 'ok' }>, errors: number): string {
  const warnings = loaded.problems.length - errors;
  const documents = plural(loaded.documents, 'document', 'documents');
  const parts = [plural(errors, 'error', 'errors'), plural(warnings, 'warning', 'warnings')];
  const skipped = loaded.skipped === 0 ? '' : `, ${loaded.skipped} of other API groups skipped`;
  return `${documents}${skipped}: ${parts.join(', ')}`;
}

function asJson(loaded: Extract<Loaded, { kind: 'ok' }>, errors: number) {
  const { revision, documents, skipped, problems } = loaded;
  return { revision, documents, skipped, errors, problems };
}
