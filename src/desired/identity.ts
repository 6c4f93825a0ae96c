import {
  type DocumentNode,
  member,
  positionAt,
  refusedKeys,
  type SourceDocument,
  textMember,
} from '../document/node.ts';
import { asProvisionedProductId, isAwsId, productKey } from '../domain/ids.ts';
import type { Position, Problem } from '../domain/problem.ts';
import { nearest } from '../domain/suggest.ts';
import type { Clue } from './model.ts';
import { documentSchema } from './schema.ts';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$/;

/** Where a document is about its provisioned product: its name if it has one, else its start. */
export function placeOf(document: SourceDocument): Position {
  const name = member(member(document.root, 'metadata'), 'name');
  return positionAt(document, (name ?? document.root).offset);
}

/**
 * Which provisioned product an invalid document is for, read from the text alone. Certain or
 * nothing: a misspelled provisionedProductId means that the name may not be the identity.
 */
export function clueOf(document: SourceDocument, problem: Problem): Clue {
  const metadata = member(document.root, 'metadata');
  const spec = member(document.root, 'spec');
  const name = textMember(metadata, 'name');
  const target = textMember(spec, 'target');
  const readable =
    spec?.kind === 'mapping' && name !== null && NAME.test(name) && !misspells(spec, ID_KEY);
  return {
    at: placeOf(document),
    identity: readable ? identityIn(spec, name) : null,
    target,
    dependsOn: dependsOnIn(member(spec, 'reconcile')),
    mayHoldMore: [document.root, metadata, spec].some((node) => refusedKeys(node).length > 0),
    targetCertain: isTargetCertain(document.root, spec, target),
    problem,
  };
}

/**
 * Not where the target was written in another place than its own, or may be in what was refused: a document
 * that names none is for the default target, and nothing of any other one must seem to be gone.
 */
function isTargetCertain(
  root: DocumentNode,
  spec: DocumentNode | null,
  target: string | null,
): boolean {
  if (refusedKeys(spec).length > 0 || misspells(spec, TARGET_KEY)) return false;
  if (target !== null) return true;
  return member(spec, TARGET_KEY) === null && refusedKeys(root).length === 0 && !holdsTarget(root);
}

/** Whether a key of any depth may be meant as the target. */
function holdsTarget(node: DocumentNode): boolean {
  switch (node.kind) {
    case 'scalar':
      return false;
    case 'sequence':
      return node.items.some(holdsTarget);
    case 'mapping':
      return node.entries.some(
        ({ key: { text }, value }) =>
          (!isKnown(text) && nearest(text, [TARGET_KEY]) === TARGET_KEY) || holdsTarget(value),
      );
    default:
      return node satisfies never;
  }
}

function isKnown(key: string): boolean {
  return key !== TARGET_KEY && documentSchema().shape.property('spec').known.has(key);
}

/** Under a key that may be meant so as well: what depends on something must not be overlooked. */
function dependsOnIn(reconcile: DocumentNode | null): readonly string[] {
  if (reconcile?.kind !== 'mapping') return [];
  const values = reconcile.entries.flatMap(({ key: { text }, value }) =>
    nearest(text, [NEEDS_KEY]) === null ? [] : value.kind === 'sequence' ? value.items : [value],
  );
  return values.flatMap((value) => (value.kind === 'scalar' ? [value.text] : []));
}

const NEEDS_KEY = 'dependsOn';
const ID_KEY = 'provisionedProductId';
const TARGET_KEY = 'target';

function identityIn(spec: DocumentNode, name: string): Clue['identity'] {
  if (member(spec, ID_KEY) === null) return { key: productKey({ kind: 'name', name }), name };
  const id = textMember(spec, ID_KEY);
  if (id === null || !isAwsId(id)) return null;
  return { key: productKey({ kind: 'id', id: asProvisionedProductId(id) }), name };
}

/** An unknown key that was probably meant as `key`. */
function misspells(node: DocumentNode | null, key: string): boolean {
  if (node?.kind !== 'mapping') return false;
  const known = documentSchema().shape.property('spec').known;
  return node.entries.some(({ key: { text } }) => !known.has(text) && nearest(text, [key]) === key);
}
