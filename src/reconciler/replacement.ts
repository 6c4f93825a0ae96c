import { compare } from '../diff/compare.ts';
import { blankProduct } from '../diff/creation.ts';
import { buildRequest } from '../diff/request.ts';
import { fingerprintOf, type TargetContext } from './context.ts';
import type { Evaluation } from './evaluate.ts';
import { type Filled, fillValues } from './fill-values.ts';

/**
 * What is to come in the place of something that is about to be terminated, with all its values: null
 * if it can be sent. A value that is missing or refused must be found out while the old one is there.
 */
export async function whyNoReplacement(
  context: TargetContext,
  { effective: spec, facts }: Evaluation,
): Promise<Exclude<Filled, { kind: 'ok' }> | null> {
  const live = blankProduct(spec);
  const entry = context.entries.about(spec.key, live);
  const fingerprint = fingerprintOf(context, spec.key);
  const keyId = context.fingerprinter?.keyId ?? null;
  const definitions = facts?.definitions.kind === 'read' ? facts.definitions.value : null;
  const request = buildRequest({
    step: 'provision',
    spec,
    live,
    comparison: compare({ spec, live, entry, fingerprint, keyId }),
    entry,
    fingerprint,
    resolved: facts?.resolved.kind === 'resolved' ? facts.resolved : null,
    definitions,
    current: null,
  });
  const filled = await fillValues(context, spec, request, definitions);
  return filled.kind === 'ok' ? null : filled;
}
