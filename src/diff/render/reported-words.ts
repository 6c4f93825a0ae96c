import type { ChangeVerdict } from '../../domain/change.ts';

type ReportedReason = Extract<ChangeVerdict, { kind: 'reported' }>['reason'];

/** How a difference is named that is told and not sent. */
export function headlineOf(reason: ReportedReason): string {
  switch (reason) {
    case 'drift: report':
      return 'reported, will not be corrected';
    case 'onNewVersion: report':
    case 'onRotate: report':
      return 'reported, will not be updated';
    case 'mode: observe':
    case 'run --observe':
      return reason;
    default:
      return reason satisfies never;
  }
}

/** What would have it sent. */
export function nextAfter(reason: ReportedReason): string {
  switch (reason) {
    case 'drift: report':
      return 'declare what is live, or set reconcile.drift to correct';
    case 'onNewVersion: report':
      return 'set reconcile.onNewVersion to update, or declare the version';
    case 'onRotate: report':
      return 'set reconcile.onRotate to update';
    case 'mode: observe':
    case 'run --observe':
      return 'nothing is sent while it is only observed';
    default:
      return reason satisfies never;
  }
}
