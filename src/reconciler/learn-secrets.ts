import type { ProductEntry } from '../domain/entry.ts';
import { type PresentProduct, read } from '../domain/live.ts';
import type { Spec } from '../domain/spec.ts';
import type { TargetContext } from './context.ts';
import { Redactor } from './redact.ts';

/**
 * AWS's own messages may quote what was sent to it. Whatever is declared and not seen to be harmless
 * is taken out of them, and of nothing else: most of it is no secret. What they say of a record of
 * ours is told as the journal has it: what was sent with it may be declared no more.
 */
export function cleaned(
  context: Pick<TargetContext, 'entries' | 'redactor'>,
  spec: Spec,
  live: PresentProduct,
): PresentProduct {
  const { stack } = live;
  const reason = stack.kind === 'read' ? stack.value.statusReason : null;
  if (live.statusMessage === null && reason === null) return live;
  const shown = stack.kind === 'read' ? stack.value.parameters : {};
  const isShown = (key: string) => Object.hasOwn(shown, key) && shown[key]?.kind === 'shown';
  const own = new Redactor();
  learnSecrets(
    own,
    spec,
    Object.keys(spec.parameters).filter((key) => !isShown(key)),
  );
  const told = toldByJournal(context.entries.get(spec.key), live);
  const clean = (text: string | null) =>
    text === null ? null : (told ?? own.redact(context.redactor.redact(text)));
  return {
    ...live,
    statusMessage: clean(live.statusMessage),
    stack: stack.kind === 'read' ? read({ ...stack.value, statusReason: clean(reason) }) : stack,
  };
}

function toldByJournal({ lastResult }: ProductEntry, { records }: PresentProduct): string | null {
  const isOurs = lastResult?.kind === 'failed' && lastResult.recordId === records.lastProvisioning;
  return isOurs ? lastResult.reason : null;
}

/** Declared values of these parameters are never shown, wherever they turn up. */
export function learnSecrets(redactor: Redactor, spec: Spec, keys: Iterable<string>): void {
  for (const key of keys) {
    const wish = Object.hasOwn(spec.parameters, key) ? spec.parameters[key] : undefined;
    if (wish?.kind === 'value') redactor.learn(wish.value);
  }
}
