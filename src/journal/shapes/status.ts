import type { ProductKey, ProvisionedProductId, TargetName } from '../../domain/ids.ts';
import type { DaemonView, ProductStatusView } from '../../domain/status.ts';
import { boolean, list, number, object, oneOf, orNull, type Shape, text } from '../shape.ts';
import { position, recordId } from './common.ts';

export const productStatus: Shape<ProductStatusView> = object<ProductStatusView>({
  target: text<TargetName>(),
  key: text<ProductKey>(),
  name: text(),
  provisionedProductId: orNull(text<ProvisionedProductId>()),
  condition: oneOf('Ready', 'Reconciling', 'Stalled'),
  sync: oneOf('Synced', 'OutOfSync', 'Unknown'),
  health: oneOf('Healthy', 'Progressing', 'Degraded', 'Missing', 'Suspended', 'Unknown'),
  reason: text(),
  message: text(),
  next: orNull(text()),
  recordId: orNull(recordId),
  recordStatus: orNull(text()),
  wanted: orNull(text()),
  live: orNull(text()),
  unverified: number,
  drift: boolean,
  revision: text(),
  at: position,
  updatedAt: text(),
});

export const daemonView: Shape<DaemonView> = object<DaemonView>({
  host: text(),
  pid: number,
  startedAt: text(),
  heartbeatAt: text(),
  stoppedAt: orNull(text()),
  lastPass: orNull(object<NonNullable<DaemonView['lastPass']>>({ at: text(), tookMs: number })),
  observeOnly: boolean,
  source: object<DaemonView['source']>({
    directory: text(),
    revision: orNull(text()),
    since: orNull(text()),
    documents: number,
    invalid: number,
    problem: orNull(text()),
  }),
  journalProblem: orNull(text()),
  targets: list(
    object<DaemonView['targets'][number]>({
      name: text<TargetName>(),
      accountId: orNull(text()),
      region: text(),
      problem: orNull(text()),
    }),
  ),
});
