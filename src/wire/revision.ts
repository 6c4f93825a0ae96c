import type { Config } from '../config/config.ts';
import { createDesiredLoader, type DesiredFile, isKustomization } from '../desired/load.ts';
import type { Desired } from '../desired/model.ts';
import { unknownRollouts } from '../desired/rollouts.ts';
import type { ProductKey, TargetName } from '../domain/ids.ts';
import type { Problem } from '../domain/problem.ts';
import type { Spec } from '../domain/spec.ts';
import type { DesiredState, InvalidDocument } from '../reconciler/context.ts';
import type { Snapshot } from '../reconciler/ports/source.ts';
import type { Revision } from '../reconciler/revision.ts';

/** A revision, and what `validate` counts besides. */
export interface LoadedRevision extends Revision {
  readonly skipped: number;
}

export type RevisionLoader = (snapshot: Snapshot) => LoadedRevision;

/** Parses snapshots; files that stayed the same are not parsed again. */
export function createRevisionLoader(
  config: Config,
  select: (spec: Spec) => boolean,
  isSelection = false,
): RevisionLoader {
  const load = createDesiredLoader();
  const { defaultTarget, values } = config;
  const options = { targets: config.targets, defaultTarget, values };
  return (snapshot) => {
    const desired = load(filesOf(snapshot), options, snapshot.unreadable);
    const problems = [
      ...unreadableFiles(snapshot),
      ...nothingDeclared(desired),
      ...desired.problems,
      ...unknownRollouts(config.rollouts, desired.specs),
    ];
    const targets = new Map<TargetName, DesiredState>();
    for (const { name } of config.targets)
      targets.set(name, {
        ...stateOf(name, desired, snapshot, select),
        isSelection: isSelection || isStream(snapshot),
        elsewhere: targets,
      });
    return {
      revision: snapshot.revision,
      digest: snapshot.digest,
      targets,
      documents: desired.counts.documents,
      skipped: desired.counts.skipped,
      invalid: desired.counts.invalid + snapshot.unreadable.length,
      problems,
    };
  };
}

/** A pipe may end early or hold a part of the estate: it tells nothing of what is not in it. */
function isStream({ files }: Snapshot): boolean {
  return files.some(({ path }) => path === '-');
}

function filesOf(snapshot: Snapshot): readonly DesiredFile[] {
  return snapshot.files.map(({ path, bytes }) => ({ path, bytes }));
}

/** Of an unreadable kustomization the loader speaks: to take it out would leave its parts to be read raw. */
function unreadableFiles(snapshot: Snapshot): readonly Problem[] {
  const files = snapshot.unreadable.filter(({ path }) => !isKustomization(path));
  return files.map(({ path, why, code }) => ({
    code,
    severity: 'error',
    at: { file: path, line: 1, column: 1 },
    field: '',
    message: why,
    next: 'mend the file or take it out of the directory; until then nothing is removed',
  }));
}

/** What the wrong repository looks like. */
function isNothingDeclared({ counts }: Desired): boolean {
  return counts.documents === 0;
}

function nothingDeclared(desired: Desired): readonly Problem[] {
  const isTold = desired.problems.some(({ severity }) => severity === 'error');
  if (!isNothingDeclared(desired) || isTold) return [];
  const { files, skipped } = desired.counts;
  const message = `no provisioned product is declared (files: ${files}, documents of other API groups: ${skipped}); because of that nothing is removed`;
  return [
    {
      code: 'source/no-documents',
      severity: 'warning',
      at: null,
      field: '',
      message,
      next: 'check that this is the right directory',
    },
  ];
}

function stateOf(
  target: TargetName,
  desired: Desired,
  snapshot: Snapshot,
  select: (spec: Spec) => boolean,
): DesiredState {
  const { revision } = snapshot;
  const unknownIdentity =
    desired.unknownIdentity || snapshot.unreadable.length > 0 || isNothingDeclared(desired);
  const specs = new Map<ProductKey, Spec>();
  const leftOut = new Map<ProductKey, Spec>();
  const declared = new Set<ProductKey>();
  for (const spec of desired.specs) {
    if (spec.target !== target) continue;
    declared.add(spec.key);
    (select(spec) ? specs : leftOut).set(spec.key, spec);
  }
  const invalid = new Map<ProductKey, InvalidDocument>();
  for (const document of desired.invalid) {
    if (document.target !== target) continue;
    declared.add(document.key);
    const { target: _target, key, ...rest } = document;
    invalid.set(key, { needs: [], ...rest });
  }
  return { revision, specs, leftOut, invalid, declared, unknownIdentity };
}
