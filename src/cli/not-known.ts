import { plural } from '../diff/render/words.ts';
import type { ProductStatusView } from '../domain/status.ts';
import { nearest } from '../domain/suggest.ts';
import { visible } from '../domain/visible.ts';
import type { App, JournalView } from './app.ts';
import type { ExitCode } from './io.ts';

/** A misspelled name must not look like an estate of which nothing is known. */
export function notKnown(
  app: Pick<App, 'io'>,
  name: string,
  known: readonly Pick<ProductStatusView, 'name' | 'target'>[],
): ExitCode {
  const names = known.flatMap((one) => [one.name, `${one.target}/${one.name}`]);
  const others = plural(known.length, 'provisioned product', 'provisioned products');
  app.io.err(
    `trueup: the journal knows no ${visible(name)}; it knows ${others}\nnext: ${nextOf(name, names)}\n`,
  );
  return 1;
}

function nextOf(name: string, names: readonly string[]): string {
  if (names.length === 0) return 'name the journal of the estate with --journal, or apply first';
  const meant = nearest(name, names);
  if (meant !== null) return `did you mean ${visible(meant)}?`;
  return 'trueup status --format json shows the names that it knows; name one as NAME or TARGET/NAME';
}

/** Says where no journal is, for instance in another directory than the daemon's; false: there is one. */
export function saysNoJournal(app: Pick<App, 'io'>, { note }: Pick<JournalView, 'note'>): boolean {
  if (note === null) return false;
  app.io.err(
    `trueup: ${visible(note)}\nnext: apply or run makes it; where it lies elsewhere, name it with --journal\n`,
  );
  return true;
}
