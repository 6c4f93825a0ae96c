import { plural } from '../diff/render/words.ts';
import type { Change } from '../domain/change.ts';
import type { App } from './app.ts';
import type { ExitCode } from './io.ts';
import { unavailable } from './validate.ts';

/** Without convergence in this time, --exit-when-converged fails. */
const CONVERGE_MS = 180_000;

/** `demo`: the daemon on an embedded Service Catalog, over a copy of the example estate. */
export async function demoCommand(
  app: App,
  directory: string,
  exitWhenConverged: boolean,
): Promise<ExitCode> {
  const { io } = app;
  const loaded = await app.load(directory);
  if (loaded.kind === 'unavailable') {
    return unavailable(app, directory, loaded.why);
  }
  io.out(
    `${plural(loaded.documents, 'document', 'documents')} in ${directory},\nand an embedded Service Catalog instead of AWS.\n` +
      'Several of its provisioned products are not in their desired state yet. Here all\n' +
      'may be updated at once; elsewhere a guard holds back more than 3 of so few until\n' +
      'a person allows it (docs/guards.md). Watch:\n\n',
  );
  const startedMs = app.now();
  let told = false;
  return app.runDaemon(directory, {
    onChanges: (_target, changes) => {
      const open = changes.filter(isOpen);
      if (open.length > 0) {
        if (exitWhenConverged && app.now() - startedMs > CONVERGE_MS) return fail(app, open);
        return null;
      }
      if (!told) io.out(converged(changes, directory, exitWhenConverged));
      told = true;
      return exitWhenConverged ? 0 : null;
    },
  });
}

function isOpen({ verdict }: Change): boolean {
  return !['inSync', 'reported', 'suspended'].includes(verdict.kind);
}

function converged(changes: readonly Change[], directory: string, ends: boolean): string {
  const unverified = changes.filter((change) => change.unverified.length > 0).length;
  const aside = unverified === 0 ? '' : `,\n${unverified} with a value that AWS does not return`;
  const head = `\nConverged: ${plural(changes.length, 'provisioned product is', 'provisioned products are')} in the desired state${aside}.\n`;
  return ends
    ? head
    : `${head}It keeps watching. Edit a file in ${directory}, save,\nand see; Ctrl-C ends it.\n\n`;
}

function fail(app: App, open: readonly Change[]): ExitCode {
  app.io.err(
    `\nNot converged after ${CONVERGE_MS / 1000} s: ${open.map((change) => `${change.name} (${change.verdict.kind})`).join(', ')}\n`,
  );
  return 1;
}
