import { plural } from '../diff/render/words.ts';
import { visible } from '../domain/visible.ts';
import type { App, FailedMoveOf } from './app.ts';
import { takenUpBy } from './daemon-view.ts';
import type { ExitCode } from './io.ts';
import { saysNoJournal } from './not-known.ts';

/** `proceed [TARGET/]PRODUCT`: the rollouts of a product go on in spite of what failed. */
export async function proceedCommand(app: App, product: string): Promise<ExitCode> {
  const journal = await app.openJournal('ask');
  try {
    if (saysNoJournal(app, journal)) return 1;
    const found = (await journal.failedMoves()).filter((one) => isMeant(one, product));
    if (found.length === 0) {
      app.io.err(
        `trueup: no rollout of ${visible(product)} is held by a failure\nnext: trueup status shows the rollouts that are paused; name the product as PRODUCT or TARGET/PRODUCT, by name or id\n`,
      );
      return 1;
    }
    const who = takenUpBy(await journal.daemon(), app.now());
    for (const [target, failed] of Map.groupBy(found, (one) => one.target)) {
      const ids = new Set(failed.map(({ version }) => version.productId));
      const records = failed.map(({ recordId }) => recordId);
      for (const product of ids) await journal.ask({ kind: 'proceed', target, product, records });
      const failures = plural(failed.length, 'failure', 'failures');
      app.io.out(
        `proceed with ${target}/${nameOf(failed, product)} in spite of ${failures} is recorded; ${who}; what failed stays as it is until trueup retry NAME\n`,
      );
    }
    return 0;
  } finally {
    await journal.close();
  }
}

/** As the person named it, without the target where that was given too. */
function nameOf(failed: readonly FailedMoveOf[], asked: string): string {
  const whole = failed.find(({ target, version }) =>
    [version.productId, version.productName].some((name) => asked === `${target}/${name}`),
  );
  return visible(whole === undefined ? asked : asked.slice(whole.target.length + 1));
}

function isMeant({ target, version, isWaived }: FailedMoveOf, product: string): boolean {
  const names = [version.productId, version.productName ?? version.productId];
  const isNamed = names.some((name) => product === name || product === `${target}/${name}`);
  return isNamed && !isWaived;
}
