import { likenessOf } from '../diff/digest.ts';
import type { Digest, ProductKey } from '../domain/ids.ts';
import type { Spec } from '../domain/spec.ts';
import { about, specDigestOf, type TargetContext } from './context.ts';
import type { PersonRequest } from './ports/journal.ts';

/**
 * What a person asked for and nothing has attempted yet, as it is asked of the process that comes
 * next: for the document as it is now, because nobody asked for what it may say by then.
 */
export function askedAgain(
  context: TargetContext,
  asked: ReadonlySet<ProductKey>,
): readonly PersonRequest[] {
  return [...asked].flatMap((key): readonly PersonRequest[] => {
    const spec = declared(context, key);
    // Its attempt is made: what comes of it is settled by whoever comes next.
    const isOpen = context.entries.get(key).intent !== null;
    if (isOpen && context.attempted(key).size > 0) return [];
    if (spec === undefined && context.known.get(key) === undefined) return [];
    const document = spec === undefined ? {} : { document: specDigestOf(context, spec) };
    return [{ kind: 'retry', target: context.target, key, ...document }];
  });
}

/** Whether its document has changed since it was asked for; then that is told. */
export function isForAnother(
  context: TargetContext,
  key: ProductKey,
  document: Digest | undefined,
): boolean {
  const spec = declared(context, key);
  if (document === undefined || spec === undefined) return false;
  if (likenessOf(document, specDigestOf(context, spec)) !== 'other') return false;
  const reason = 'its document has changed since it was asked for';
  context.log.write('warn', 'request.dropped', { ...about(context, key), reason });
  return true;
}

function declared(context: TargetContext, key: ProductKey): Spec | undefined {
  const { specs, leftOut } = context.desired();
  return specs.get(key) ?? leftOut?.get(key);
}
