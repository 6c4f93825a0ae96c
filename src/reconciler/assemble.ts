import type { ArtifactId, PathId, ProductId, RecordId } from '../domain/ids.ts';
import { mayLeaveError } from '../domain/kind.ts';
import {
  type IdAndName,
  type PresentProduct,
  type Reading,
  type RecordView,
  read,
  type Stack,
  type StackInstance,
  unreadable,
} from '../domain/live.ts';
import type { Described, SearchRow } from './ports/catalog.ts';

const STALE = 'the listing still shows an older record of this provisioned product';
const FIRST_FAILED = 'its first provisioning never succeeded';

/** Everything that was read of one provisioned product in a pass. */
export interface Parts {
  readonly row: SearchRow | null;
  readonly described: Described | null;
  readonly stack: Reading<Stack>;
  readonly stackDenied: boolean;
  readonly instances: Reading<readonly StackInstance[]>;
  /** The last successful record; asked for where the row cannot tell what runs, or the path is declared. */
  readonly success: Reading<RecordView>;
  readonly launchRole: Reading<string | null>;
}

/** Whether the listing's row is older than what DescribeProvisionedProduct says. */
export function isStale(row: SearchRow, described: Described): boolean {
  return row.records.last !== described.records.last;
}

/**
 * Whether product and version of the row are what runs. After a failed update the record pointers
 * differ, and the row may show what was attempted.
 */
export function showsWhatRuns(records: SearchRow['records']): boolean {
  return records.lastProvisioning === records.lastSuccessful;
}

/** Puts one provisioned product together. Where the listing is stale, Describe wins. */
export function assembleLive(parts: Parts): PresentProduct | null {
  const { row, described } = parts;
  const base = described ?? row;
  if (base === null) return null;
  const fresh = row !== null && (described === null || !isStale(row, described)) ? row : null;
  const runs = whatRuns(parts, fresh, base);
  return {
    kind: 'present',
    id: base.id,
    name: base.name,
    arn: base.arn,
    type: base.type,
    status: base.status,
    statusMessage: base.statusMessage,
    physicalId: row?.physicalId ?? null,
    records: base.records,
    product: runs.product,
    version: runs.version,
    path: parts.success.kind === 'read' ? read(parts.success.value.pathId) : parts.success,
    tags: fresh === null ? unreadable(STALE) : read(fresh.tags),
    owner: owner(fresh),
    launchRole: described === null ? parts.launchRole : read(described.launchRole),
    stack: parts.stack,
    stackDenied: parts.stackDenied,
    instances: parts.instances,
  };
}

function owner(fresh: SearchRow | null): PresentProduct['owner'] {
  if (fresh === null) return unreadable(STALE);
  return fresh.owner === null ? unreadable('AWS returned no owner') : read(fresh.owner);
}

interface Runs {
  readonly product: Reading<IdAndName<ProductId>>;
  readonly version: Reading<IdAndName<ArtifactId>>;
}

function whatRuns(parts: Parts, fresh: SearchRow | null, base: Described | SearchRow): Runs {
  // Nothing has succeeded yet; what may be repaired is what was attempted.
  const isStable = base.status === 'TAINTED' || base.status === 'AVAILABLE';
  const isFirst = base.records.lastSuccessful === null && (isStable || mayLeaveError(base));
  if (showsWhatRuns(base.records) || isFirst) {
    return {
      product: named(base.productId, parts.row?.productId ?? null, parts.row?.productName ?? null),
      version: named(
        base.artifactId,
        parts.row?.artifactId ?? null,
        parts.row?.artifactName ?? null,
      ),
    };
  }
  if (base.records.lastSuccessful === null) {
    const why = unreadable(FIRST_FAILED);
    return { product: why, version: why };
  }
  const { success } = parts;
  if (success.kind !== 'read') {
    const why = unreadable(
      success.kind === 'unreadable' ? success.why : 'the last successful record was not read',
    );
    return { product: why, version: why };
  }
  return {
    product: named(success.value.productId, fresh?.productId ?? null, fresh?.productName ?? null),
    version: named(
      success.value.artifactId,
      fresh?.artifactId ?? null,
      fresh?.artifactName ?? null,
    ),
  };
}

/** A name is taken from the listing only where the listing speaks of the same id. */
function named<Id extends ProductId | ArtifactId>(
  id: Id | null,
  rowId: Id | null,
  rowName: string | null,
): Reading<IdAndName<Id>> {
  if (id === null) return unreadable('AWS returned no id');
  return read({ id, name: rowId === id ? rowName : null });
}

/** What may be remembered for as long as LastRecordId stays the same. */
export interface RememberedFacts {
  readonly launchRole?: string | null;
  /** The newest record of ours when the launch role was read; null: there was none. */
  readonly launchRoleAfter?: RecordId | null;
  readonly success?: RecordView;
  readonly instances?: readonly StackInstance[];
  /** Describe agreed with the listing at this record, when this was all that we had done: as `find` names it. */
  readonly freshAfter?: string;
}

export function pathOf(success: Reading<RecordView>): PathId | null {
  return success.kind === 'read' ? success.value.pathId : null;
}
