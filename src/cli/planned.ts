import type { Plan } from '../domain/plan.ts';
import type { App, Estate } from './app.ts';

/** The plan; null: a signal came first, and that was said. What is still being read is given up. */
export async function planned(app: App, estate: Estate): Promise<Plan | null> {
  const plan = estate.plan();
  // Given up, it may fail when nobody waits for it any more.
  plan.catch(() => undefined);
  const made = await Promise.race([plan, aborted(estate.stop)]);
  if (made === null) app.io.err('Interrupted; nothing was changed.\n');
  return made;
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
