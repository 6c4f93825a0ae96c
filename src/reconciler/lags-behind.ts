import type { Plan } from '../domain/plan.ts';
import type { ProductStatusView } from '../domain/status.ts';

/** Whether something that was just carried out cannot be read as it is. `done`: by `idOf`. */
export function lagsBehind({ body }: Plan, done: ReadonlySet<string>): boolean {
  return body.targets.some(({ changes }) =>
    changes.some(
      ({ verdict, ...change }) =>
        (verdict.kind === 'unreadable' || verdict.kind === 'busy') && done.has(idOf(change)),
    ),
  );
}

export function idOf({ target, key }: Pick<ProductStatusView, 'target' | 'key'>): string {
  return JSON.stringify([target, key]);
}
