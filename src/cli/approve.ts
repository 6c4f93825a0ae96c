import { isHeldAs, shortDigest } from '../diff/approval.ts';
import { heldCount } from '../diff/render/guards.ts';
import { visible, wrap } from '../diff/render/words.ts';
import type { HeldPlan } from '../domain/guard.ts';
import type { App } from './app.ts';
import { takenUpBy } from './daemon-view.ts';
import type { ExitCode } from './io.ts';
import { saysNoJournal } from './not-known.ts';

/** `approve DIGEST`: a person's word about what a guard holds back, put beside whoever reconciles. */
export async function approveCommand(app: App, digest: string): Promise<ExitCode> {
  const journal = await app.openJournal('ask');
  try {
    if (saysNoJournal(app, journal)) return 1;
    const held = await journal.heldPlans();
    const meant = held.filter((one) => isHeldAs(digest, one));
    if (meant.length === 0) return unknown(app, digest, held);
    const { strict } = app.invocation;
    for (const { target, set } of newestOfEach(meant)) {
      await journal.ask({ kind: 'approve', target, set, asked: digest, strict });
    }
    const who = takenUpBy(await journal.daemon(), app.now());
    const what = newestOfEach(meant).map(
      ({ target, changes }) => `${heldCount(changes.length)} of ${visible(target)}`,
    );
    const how = strict ? ', all or nothing' : '';
    app.io.out(`approved: ${what.join(', ')}${how}; ${who}\n`);
    return 0;
  } finally {
    await journal.close();
  }
}

/** A whole plan may have been noted with several sets of one target; the newest is the one it held. */
function newestOfEach(held: readonly HeldPlan[]): readonly HeldPlan[] {
  return held.filter(
    (one, index) => held.findIndex(({ target }) => target === one.target) === index,
  );
}

function unknown(app: App, digest: string, held: readonly HeldPlan[]): ExitCode {
  const { err } = app.io;
  err(`trueup: no held plan has the digest ${digest}\n`);
  if (held.length === 0) {
    err(
      'next: no guard holds anything back now for this journal; what trueup plan printed is allowed by: trueup apply DIR --approve DIGEST\n',
    );
    return 1;
  }
  err('next: look at trueup plan; these are held back and can be approved:\n');
  for (const one of newestOfEach(held)) err(`${heldLines(one).join('\n')}\n`);
  return 1;
}

export function heldLines({ target, changes, why, set }: HeldPlan): readonly string[] {
  return [
    ...wrap(`${visible(target)}: ${heldCount(changes.length)}; ${why}`, '  ', '    '),
    `    trueup approve ${shortDigest(set)}`,
  ];
}
