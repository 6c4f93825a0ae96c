import { sha256 } from '../domain/canonical.ts';
import { asDigest, type Digest } from '../domain/ids.ts';
import type { Spec } from '../domain/spec.ts';

/** Named in the digest, so that one that was made otherwise proves no change. */
const VERSION = 'trueup-policies-1';

/**
 * Digest of what a request rests on besides the content of its document, which `specDigest` covers: what
 * may be done, what is left as it is, and what only a provisioning takes. Nothing of it is secret.
 */
export function policiesDigest({ reconcile, notificationArns }: Spec): Digest {
  const { onMissing, onError, adopt, deletionProtection } = reconcile;
  const { drift, onNewVersion, onRotate, ignore, removeInstances } = reconcile;
  const digest = sha256({
    version: VERSION,
    onMissing,
    onError,
    adopt: adopt?.stackArn ?? null,
    deletionProtection,
    drift,
    onNewVersion,
    onRotate,
    ignore: ignore.map((steps) => [...steps]),
    removeInstances,
    notificationArns: [...notificationArns],
  });
  return asDigest(`${digest}#${VERSION}`);
}
