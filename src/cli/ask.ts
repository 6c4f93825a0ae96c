import type { ProductStatusView } from '../domain/status.ts';
import { visible } from '../domain/visible.ts';
import type { PersonRequest } from '../reconciler/ports/journal.ts';
import type { App, JournalView } from './app.ts';
import { takenUpBy } from './daemon-view.ts';
import type { ExitCode } from './io.ts';
import { notKnown, saysNoJournal } from './not-known.ts';

/** `retry NAME` and `accept NAME`: a person's word, put into the journal for whoever reconciles. */
export async function askCommand(
  app: App,
  kind: 'retry' | 'accept',
  name: string,
): Promise<ExitCode> {
  const journal = await app.openJournal('ask');
  try {
    if (saysNoJournal(app, journal)) return 1;
    const statuses = await journal.statuses();
    const found = statuses.filter((one) => isMeant(one, name));
    const [product, second] = found;
    if (product === undefined) return notKnown(app, name, statuses);
    if (second !== undefined) {
      app.io.err(`trueup: ${visible(name)} could be ${found.map(nameAndId).join(' or ')}\n`);
      app.io.err('next: name it as TARGET/NAME or, where these are the same, by its id\n');
      return 1;
    }
    if (kind === 'accept' && product.unverified === 0) {
      app.io.err(
        `trueup: nothing of ${product.target}/${product.name} is unverified, so there is nothing to accept\n`,
      );
      return 1;
    }
    await journal.ask(await requestOf(journal, kind, product));
    const who = takenUpBy(await journal.daemon(), app.now());
    app.io.out(`${kind} of ${product.target}/${product.name} is recorded; ${who}\n`);
    return 0;
  } finally {
    await journal.close();
  }
}

/** An acceptance is about the document that was looked at, and not about what becomes of it. */
async function requestOf(
  journal: JournalView,
  kind: 'retry' | 'accept',
  { target, key }: ProductStatusView,
): Promise<PersonRequest> {
  const document = kind === 'retry' ? null : await journal.documentDigest(target, key);
  return { kind, target, key, ...(document === null ? {} : { document }) };
}

/** A label may be borne twice in one target; an id is not. */
function nameAndId({ target, name, provisionedProductId: id }: ProductStatusView): string {
  return visible(`${target}/${name}${id === null ? '' : ` (${id})`}`);
}

function isMeant(status: ProductStatusView, name: string): boolean {
  return (
    name === status.name ||
    name === `${status.target}/${status.name}` ||
    name === status.provisionedProductId
  );
}
