import type { ArtifactId, PathId, ProductId } from '../domain/ids.ts';
import type { ArtifactView, LaunchPath, PresentProduct, Reading } from '../domain/live.ts';
import type { Position, Problem } from '../domain/problem.ts';
import { positionOf, type Spec } from '../domain/spec.ts';
import { whyOpen } from './finding.ts';
import { byText } from './normalize.ts';
import { listed, problem, quoted, warning } from './problems.ts';

export interface ResolveInput {
  readonly spec: Spec;
  readonly live: PresentProduct;
  /** All versions of the product; `notRead` is enough where the version is not declared by name. */
  readonly artifacts: Reading<readonly ArtifactView[]>;
  /** The launch paths that this caller sees for the product. */
  readonly paths: Reading<readonly LaunchPath[]>;
  readonly recordedPath: PathId | null;
  /** The declared product, else the live one; `null`: no product of the declared name is visible. */
  readonly productId: Reading<ProductId | null>;
}

export interface ResolvedTarget {
  readonly kind: 'resolved';
  readonly productId: ProductId;
  readonly artifactId: ArtifactId;
  /** `null` where no call told it. */
  readonly artifactName: string | null;
  readonly pathId: PathId;
  /** What people should know of the version. */
  readonly warnings: readonly Problem[];
}

export type Resolution =
  | ResolvedTarget
  | { readonly kind: 'refused'; readonly problems: readonly [Problem, ...Problem[]] }
  | { readonly kind: 'unreadable'; readonly why: string };

type Part<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'unreadable'; readonly why: string };

const ok = <T>(value: T): Part<T> => ({ kind: 'ok', value });

/** Every id that an update sends, explicitly: nothing is left to what AWS does with an omitted one. */
export function resolveTarget(input: ResolveInput): Resolution {
  const product = resolveProduct(input);
  if (product.kind !== 'ok') return failed([product]);
  const version = resolveVersion(input, product.value);
  const path = resolvePath(input);
  if (version.kind !== 'ok' || path.kind !== 'ok') return failed([version, path]);
  return {
    kind: 'resolved',
    productId: product.value,
    artifactId: version.value.id,
    artifactName: version.value.name,
    pathId: path.value,
    warnings: versionWarnings(input, version.value),
  };
}

function versionWarnings({ spec, artifacts }: ResolveInput, version: Version): readonly Problem[] {
  const field = versionField(spec);
  const at = positionOf(spec, field);
  const name = `version ${quoted(version.name ?? version.id)}`;
  if (artifacts.kind === 'unreadable') {
    const message = `whether ${name} is active could not be read: ${artifacts.why}`;
    return [warning({ code: 'plan/version-unchecked', at, field, message })];
  }
  const known = artifacts.kind === 'read' && artifacts.value.find((one) => one.id === version.id);
  if (known === false || known === undefined || known.guidance !== 'DEPRECATED') return [];
  const message = `${name} is deprecated`;
  return [warning({ code: 'plan/deprecated-version', at, field, message })];
}

/** Could-not-read goes before refused: a refusal must not rest on half of the facts. */
function failed(parts: readonly Part<unknown>[]): Resolution {
  const open = parts.find((part) => part.kind === 'unreadable');
  if (open !== undefined) return open;
  const [first, ...rest] = parts.flatMap((part) => (part.kind === 'refused' ? [part.problem] : []));
  return first === undefined
    ? { kind: 'unreadable', why: 'the target of the update could not be resolved' }
    : { kind: 'refused', problems: [first, ...rest] };
}

function resolveProduct({ spec, productId }: ResolveInput): Part<ProductId> {
  if (productId.kind !== 'read')
    return { kind: 'unreadable', why: `product: ${whyOpen(productId)}` };
  if (productId.value !== null) return ok(productId.value);
  const wanted = spec.product?.kind === 'name' ? spec.product.name : '';
  return {
    kind: 'refused',
    problem: problem({
      code: 'plan/unknown-product',
      at: positionOf(spec, 'productName'),
      field: 'productName',
      message: `no product named ${quoted(wanted)} is visible to this caller`,
    }),
  };
}

interface Version {
  readonly id: ArtifactId;
  readonly name: string | null;
}

function resolveVersion(input: ResolveInput, productId: ProductId): Part<Version> {
  const { spec, live } = input;
  const wish = spec.version;
  const sameProduct = live.product.kind === 'read' && live.product.value.id === productId;
  const current = sameProduct && live.version.kind === 'read' ? live.version.value : null;
  if (wish === null) {
    if (current !== null) return checkActive(input, current);
    if (!sameProduct && live.product.kind === 'read') return versionNeeded(spec);
    const reading = live.product.kind === 'read' ? live.version : live.product;
    return {
      kind: 'unreadable',
      why: `version: ${reading.kind === 'read' ? '' : whyOpen(reading)}`,
    };
  }
  // The live version's own id wins where the name is equal: another version may bear the same name.
  if (
    current !== null &&
    (wish.kind === 'id' ? wish.id === current.id : wish.name === current.name)
  )
    return checkActive(input, current);
  if (input.artifacts.kind !== 'read')
    return { kind: 'unreadable', why: `versions: ${whyOpen(input.artifacts)}` };
  return declaredVersion(input, input.artifacts.value);
}

function declaredVersion(
  { spec }: ResolveInput,
  artifacts: readonly ArtifactView[],
): Part<Version> {
  const wish = spec.version;
  const field = versionField(spec);
  const at = positionOf(spec, field);
  const wanted = wish?.kind === 'id' ? wish.id : (wish?.name ?? '');
  const matches = artifacts.filter((a) =>
    wish?.kind === 'id' ? a.id === wanted : a.name === wanted,
  );
  const candidates = matches.length > 1 ? matches.filter((a) => a.active) : matches;
  const [only, second] = candidates.length === 0 ? matches : candidates;
  if (only === undefined) return unknownVersion(at, field, wanted, artifacts);
  if (second !== undefined) {
    const ids = listed(matches.map((a) => a.id).sort(byText));
    const message = `${quoted(wanted)} is the name of ${matches.length} versions: ${ids}`;
    return refused(problem({ code: 'plan/ambiguous-version', at, field, message }));
  }
  return only.active ? ok(only) : inactive(at, field, only);
}

/** A version that stays is checked too: AWS lets nobody update to an inactive one. */
function checkActive({ spec, artifacts }: ResolveInput, version: Version): Part<Version> {
  const known =
    artifacts.kind === 'read' ? artifacts.value.find((a) => a.id === version.id) : undefined;
  if (known === undefined) return ok(version);
  const field = versionField(spec);
  return known.active ? ok(known) : inactive(positionOf(spec, field), field, known);
}

function unknownVersion(
  at: Position,
  field: string,
  wanted: string,
  artifacts: readonly ArtifactView[],
): Part<never> {
  const names = artifacts
    .filter((a) => a.active)
    .toSorted((a, b) => byText(b.createdAt, a.createdAt) || byText(a.id, b.id))
    .map((a) => `${a.name} (${a.id})`);
  const message = `the product has no version ${quoted(wanted)} (active versions: ${listed(names)})`;
  return refused(problem({ code: 'plan/unknown-version', at, field, message }));
}

function inactive(at: Position, field: string, version: ArtifactView): Part<never> {
  const message = `version ${quoted(version.name)} (${version.id}) is inactive`;
  return refused(problem({ code: 'plan/inactive-version', at, field, message }));
}

function versionNeeded(spec: Spec): Part<never> {
  const field = spec.product?.kind === 'id' ? 'productId' : 'productName';
  const message = 'the document names another product than the live one, and no version of it';
  return refused(
    problem({ code: 'plan/version-needed', at: positionOf(spec, field), field, message }),
  );
}

function versionField(spec: Spec): string {
  return spec.version?.kind === 'id' ? 'provisioningArtifactId' : 'provisioningArtifactName';
}

function resolvePath(input: ResolveInput): Part<PathId> {
  const { spec, paths, recordedPath } = input;
  if (paths.kind !== 'read') return { kind: 'unreadable', why: `launch paths: ${whyOpen(paths)}` };
  const visible = paths.value;
  const wish = spec.path;
  const field = wish?.kind === 'id' ? 'pathId' : 'pathName';
  const at = positionOf(spec, field);
  if (visible.length === 0) {
    const message = 'no launch path of the product is visible to this caller';
    return refused(problem({ code: 'plan/no-path', at, field, message }));
  }
  if (wish !== null) return declaredPathOf(input, visible);
  const [first, second] = visible;
  if (first !== undefined && second === undefined) return ok(first.id);
  if (recordedPath !== null && visible.some((path) => path.id === recordedPath))
    return ok(recordedPath);
  const message = `${visible.length} launch paths are visible and none is declared: ${named(visible)}`;
  return refused(problem({ code: 'plan/path-needed', at, field, message }));
}

function declaredPathOf({ spec }: ResolveInput, visible: readonly LaunchPath[]): Part<PathId> {
  const wish = spec.path;
  const field = wish?.kind === 'id' ? 'pathId' : 'pathName';
  const at = positionOf(spec, field);
  const wanted = wish?.kind === 'id' ? wish.id : (wish?.name ?? '');
  const matches = visible.filter((p) =>
    wish?.kind === 'id' ? p.id === wanted : p.name === wanted,
  );
  const [only, second] = matches;
  if (only === undefined) {
    const message = `launch path ${quoted(wanted)} is not visible to this caller (visible: ${named(visible)})`;
    return refused(problem({ code: 'plan/unknown-path', at, field, message }));
  }
  if (second === undefined) return ok(only.id);
  const message = `${quoted(wanted)} is the name of ${matches.length} launch paths: ${named(matches)}`;
  return refused(problem({ code: 'plan/ambiguous-path', at, field, message }));
}

function named(paths: readonly LaunchPath[]): string {
  return listed(paths.map((path) => `${path.name} (${path.id})`).sort(byText));
}

function refused(found: Problem): Part<never> {
  return { kind: 'refused', problem: found };
}
