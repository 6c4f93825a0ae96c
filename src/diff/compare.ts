import type { FieldDifference, OpenField } from '../domain/change.ts';
import type { ProductEntry } from '../domain/entry.ts';
import type { PresentProduct } from '../domain/live.ts';
import { STEPS, type Step } from '../domain/request.ts';
import type { Spec } from '../domain/spec.ts';
import { compareInstances } from './compare-instances.ts';
import { compareParameters } from './compare-parameters.ts';
import { compareTags } from './compare-tags.ts';
import { conceal, hiddenParameters, knownNoEcho, staysInVersion } from './conceal.ts';
import {
  type CompareInput,
  differs,
  type Finding,
  foundText,
  none,
  text,
  whyOpen,
} from './finding.ts';
import { declaredPath, own } from './normalize.ts';

export interface Comparison {
  readonly differences: readonly FieldDifference[];
  readonly unverified: readonly OpenField[];
  readonly unreadable: readonly OpenField[];
  /** Told by `refine` once the product's facts are read. */
  readonly deferred: readonly OpenField[];
  /** Tags that trueup set, that are live, and that the document no longer declares. */
  readonly removedTags: readonly string[];
  /** Live parameters that an update leaves as they are. */
  readonly kept: number;
  /** What the differences need, in order. */
  readonly steps: readonly Step[];
  /** Parameters known to hold a secret: NoEcho, or applied from elsewhere. */
  readonly noEcho: ReadonlySet<string>;
  /** Declared parameters that are not known to be harmless: none of their values is shown or hashed. */
  readonly hidden: ReadonlySet<string>;
}

/** Spec against live, field by field. A field that is not declared is kept, and never differs. */
export function compare(input: CompareInput): Comparison {
  const { spec, live, entry } = input;
  const findings = [
    ...compareProduct(input),
    ...compareVersion(input),
    ...comparePath(input),
    ...compareParameters(input),
    ...compareTags(input),
    ...compareInstances(input),
    ...compareOwner(input),
    ...compareLaunchRole(input),
  ];
  const noEcho = knownNoEcho(live, entry);
  const hidden = hiddenParameters(spec, live, noEcho, staysInVersion(findings));
  const differences = findings
    .flatMap((finding) => (finding.kind === 'differs' ? [finding.difference] : []))
    .map((difference) => conceal(spec, difference, hidden, noEcho));
  const open = (kind: Exclude<Finding['kind'], 'differs'>) =>
    findings.flatMap((f) => (f.kind === kind ? [f.field] : []));
  return {
    differences,
    unverified: open('unverified'),
    unreadable: open('unreadable'),
    deferred: open('deferred'),
    removedTags: removedTags(spec, live, entry),
    kept: keptParameters(spec, live),
    steps: stepsOf(differences),
    noEcho,
    hidden,
  };
}

/** The steps that the differences need, in the order in which they are sent. */
export function stepsOf(differences: readonly FieldDifference[]): readonly Step[] {
  return STEPS.filter((step) => differences.some((difference) => difference.step === step));
}

function compareProduct({ spec, live }: CompareInput): readonly Finding[] {
  const wish = spec.product;
  if (wish === null) return [];
  const field = wish.kind === 'id' ? 'productId' : 'productName';
  const label = 'product';
  if (live.product.kind !== 'read')
    return [{ kind: 'unreadable', field: { field, label, why: whyOpen(live.product) } }];
  const { id, name } = live.product.value;
  if (wish.kind === 'id' ? wish.id === id : wish.name === name) return [];
  if (wish.kind === 'name' && name === null)
    return [{ kind: 'deferred', field: { field, label, why: 'AWS told its id, not its name' } }];
  return [differs(spec, field, label, text(name ?? id), text(shownWish(wish)), 'update')];
}

function compareVersion({ spec, live }: CompareInput): readonly Finding[] {
  const wish = spec.version;
  if (wish === null) return [];
  const field = wish.kind === 'id' ? 'provisioningArtifactId' : 'provisioningArtifactName';
  const label = 'version';
  if (live.version.kind !== 'read')
    return [{ kind: 'unreadable', field: { field, label, why: whyOpen(live.version) } }];
  const { id, name } = live.version.value;
  if (wish.kind === 'id' ? wish.id === id : wish.name === name) return [];
  if (wish.kind === 'name' && name === null)
    return [{ kind: 'deferred', field: { field, label, why: 'AWS told its id, not its name' } }];
  const found = spec.versionRule?.found;
  if (found !== undefined)
    return [
      differs(
        spec,
        field,
        label,
        text(name ?? id),
        text(foundText(spec, { name: found })),
        'update',
      ),
    ];
  const shown = wish.kind === 'id' ? id : (name ?? id);
  return [differs(spec, field, label, text(shown), text(shownWish(wish)), 'update')];
}

/**
 * A path is resolved anew for each caller and its id may change behind our back, so the recorded one
 * proves little: only a declared path that changed since our last success is a difference.
 */
function comparePath({ spec, live, entry }: CompareInput): readonly Finding[] {
  const wish = spec.path;
  if (wish === null || declaredPath(wish) === entry.declaredPath) return [];
  const field = wish.kind === 'id' ? 'pathId' : 'pathName';
  const label = 'path';
  const recorded = live.path.kind === 'read' ? live.path.value : null;
  if (wish.kind === 'id' && wish.id === recorded) return [];
  if (!knowsDeclaredPath(entry)) {
    const why =
      live.path.kind === 'read'
        ? 'the recorded path does not tell it, and trueup has not sent a path here yet'
        : whyOpen(live.path);
    return [{ kind: 'unreadable', field: { field, label, why } }];
  }
  const before = namedPath(entry) ?? recorded;
  const shown = before === null ? none('not recorded') : text(before);
  return [differs(spec, field, label, shown, text(shownWish(wish)), 'update')];
}

/** Rows of earlier versions say null also where none was declared: there an update of ours tells. */
function knowsDeclaredPath({ declaredPath, lastResult }: ProductEntry): boolean {
  return (
    declaredPath !== null || (lastResult?.kind === 'succeeded' && lastResult.step === 'update')
  );
}

function namedPath({ declaredPath }: ProductEntry): string | null {
  if (declaredPath === null || declaredPath === 'none') return null;
  return declaredPath.replace(/^(id|name):/, '');
}

function compareOwner({ spec, live }: CompareInput): readonly Finding[] {
  if (spec.owner === null) return [];
  const field = 'properties.owner';
  const label = 'owner';
  if (live.owner.kind !== 'read')
    return [{ kind: 'unreadable', field: { field, label, why: whyOpen(live.owner) } }];
  const { arn, sessionArn } = live.owner.value;
  if (spec.owner === arn || spec.owner === sessionArn) return [];
  return [differs(spec, field, label, text(arn), text(spec.owner), 'owner')];
}

function compareLaunchRole({ spec, live }: CompareInput): readonly Finding[] {
  if (spec.launchRole === null) return [];
  const field = 'properties.launchRole';
  const label = 'launch role';
  if (live.launchRole.kind !== 'read')
    return [{ kind: 'unreadable', field: { field, label, why: whyOpen(live.launchRole) } }];
  const role = live.launchRole.value;
  if (spec.launchRole === role) return [];
  const shown = role === null ? none('not set') : text(role);
  return [differs(spec, field, label, shown, text(spec.launchRole), 'launchRole')];
}

function shownWish(
  wish:
    | { readonly kind: 'id'; readonly id: string }
    | { readonly kind: 'name'; readonly name: string },
): string {
  return wish.kind === 'id' ? wish.id : wish.name;
}

function removedTags(spec: Spec, live: PresentProduct, entry: ProductEntry): readonly string[] {
  const { tags } = spec;
  if (tags === null || live.tags.kind !== 'read') return [];
  const liveTags = live.tags.value;
  return [...new Set(entry.ownTags)]
    .filter((key) => own(tags, key) === undefined && own(liveTags, key) !== undefined)
    .sort();
}

function keptParameters(spec: Spec, live: PresentProduct): number {
  if (live.stack.kind !== 'read') return 0;
  return Object.keys(live.stack.value.parameters).filter((key) => {
    const wish = own(spec.parameters, key);
    return wish === undefined || wish.kind === 'usePrevious';
  }).length;
}
