import {
  type DocumentNode,
  member,
  positionAt,
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
    targetCertain:
      (target !== null || member(spec, TARGET_KEY) === null) && !misspells(spec, TARGET_KEY),
    problem,
  };
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
