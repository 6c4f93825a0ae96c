import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadDesired } from '../../src/desired/load.ts';
import { documentErrors } from '../../src/domain/errors/document.ts';
import { ONE_TARGET } from './support.ts';

const FOLDER = new URL('../fixtures/bad/', import.meta.url);
const NAME = 'name:team-a-network';

/** One fault a file: where it is told, as what, and whether the product can still be told. */
const TABLE: Readonly<Record<string, readonly [problems: readonly string[], told: boolean]>> = {
  'alias-bomb.yaml': [
    [
      ...[6, 7, 8, 9].map((line) => `${line}:${line === 6 ? 12 : 13} document/wrong-type`),
      '9:49 document/alias-bomb',
      ...[10, 11, 12, 13, 14].map((line) => `${line}:13 document/wrong-type`),
    ],
    true,
  ],
  'alias-of-itself.yaml': [['6:9 document/bad-alias'], true],
  'alias-without-anchor.yaml': [['7:15 document/bad-alias'], true],
  'bad-drift.yaml': [['6:22 document/bad-value'], true],
  'bad-escape.yaml': [['6:20 document/syntax'], false],
  'bad-indentation.yaml': [['7:1 document/syntax'], false],
  'bad-name.yaml': [['4:9 document/bad-value'], false],
  'bad-pointer.yaml': [['7:31 document/bad-pointer'], true],
  'bad-product-id.yaml': [['6:14 document/bad-value'], true],
  'bad-tag-value.yaml': [['6:16 document/bad-value'], true],
  'bad-utf8.yaml': [['6:19 document/bad-utf8'], false],
  'blank.yaml': [['1:1 document/blank-file'], false],
  'cut-utf8.yaml': [['6:19 document/bad-utf8'], false],
  'dependency-circle.yaml': [['7:17 document/dependency-circle'], true],
  'depends-on.yaml': [['7:17 document/unknown-dependency'], true],
  'duplicate-key.yaml': [['8:3 document/duplicate-key'], true],
  'empty-parameter-form.yaml': [['7:13 document/conflict'], true],
  'empty-spec.yaml': [['5:6 document/wrong-type'], false],
  'empty-tag-value.yaml': [['6:16 document/bad-value'], true],
  'empty-text.yaml': [['7:13 document/null-not-text'], true],
  'escape-byte.yaml': [['6:19 document/control-character'], false],
  'escaped-nul.yaml': [['6:16 document/control-character'], true],
  'empty-stack-set-lists.yaml': [['6:23 document/bad-value', '7:22 document/bad-value'], true],
  'failure-tolerance-twice.yaml': [['8:5 document/conflict'], true],
  'instances-and-preferences.yaml': [['7:3 document/conflict'], true],
  'invisible-key.yaml': [['7:5 document/control-character'], true],
  'json-comment.json': [['2:3 document/syntax'], false],
  'json-duplicate-key.json': [['5:34 document/duplicate-key'], true],
  'json-null-name.json': [['4:24 document/null-not-text'], false],
  'json-trailing-comma.json': [['3:1 document/syntax'], false],
  'later-kind.yaml': [['2:7 document/not-supported'], true],
  'launch-role-is-a-user.yaml': [['7:17 document/bad-value'], true],
  'list-as-key.yaml': [['7:7 document/key-not-text'], true],
  'list-document.yaml': [['1:1 document/not-a-mapping'], false],
  'list-for-text.yaml': [['6:16 document/wrong-type'], true],
  'local-tag.yaml': [['7:15 document/unknown-tag'], true],
  'lone-surrogate.yaml': [['6:16 document/lone-surrogate'], true],
  'long-name.yaml': [['4:9 document/bad-value'], false],
  'long-parameter.yaml': [['7:11 document/bad-value'], true],
  'merge-conflict.json': [['6:1 document/merge-conflict'], false],
  'merge-conflict.yaml': [['6:1 document/merge-conflict'], false],
  'merge-key.yaml': [['8:5 document/merge-key'], true],
  'misspelled-api-group.yaml': [['1:13 document/unknown-version'], true],
  'misspelled-key.yaml': [['6:3 document/unknown-key'], true],
  'missing-colon.yaml': [['6:3 document/syntax'], false],
  'newer-api-version.yaml': [['1:13 document/unknown-version'], true],
  'no-api-group.yaml': [['1:13 document/unknown-version'], true],
  'no-api-version.yaml': [['1:1 document/missing-key'], true],
  'no-kind.yaml': [['1:1 document/missing-key'], true],
  'no-metadata.yaml': [['1:1 document/missing-key'], false],
  'no-name.yaml': [['3:11 document/missing-key'], false],
  'no-spec.yaml': [['1:1 document/missing-key'], false],
  'nul-byte.yaml': [['6:19 document/control-character'], false],
  'null-key.yaml': [['7:5 document/key-not-text'], true],
  'null-text.yaml': [['7:29 document/null-not-text'], true],
  'over-indented.yaml': [['7:4 document/syntax'], false],
  'owner-is-a-group.yaml': [['7:12 document/bad-value'], true],
  'path-id-and-name.yaml': [['7:3 document/conflict'], true],
  'previous-value-false.yaml': [['7:32 document/bad-value'], true],
  'product-id-and-name.yaml': [['7:3 document/conflict'], true],
  'reserved-character.yaml': [['6:16 document/syntax'], false],
  'reserved-tag.yaml': [['7:5 document/bad-value'], true],
  'short-account.yaml': [['7:24 document/bad-value', '7:24 document/unquoted-scalar'], true],
  'stack-set-preferences.yaml': [['7:5 document/conflict'], true],
  'tab-indentation.yaml': [['6:1 document/tab'], false],
  'text-document.yaml': [['1:1 document/not-a-mapping'], false],
  'text-for-boolean.yaml': [['7:14 document/wrong-type'], true],
  'text-for-mapping.yaml': [['6:9 document/wrong-type'], true],
  'tilde-text.yaml': [['6:16 document/null-not-text'], true],
  'too-deep.yaml': [['6:73 document/too-deep'], false],
  'too-many-tags.yaml': [['7:5 document/bad-value'], true],
  'two-parameter-forms.yaml': [['7:13 document/conflict'], true],
  'two-value-sources.yaml': [['7:29 document/conflict'], true],
  'unclosed-bracket.yaml': [['7:3 document/syntax'], false],
  'unclosed-quote.yaml': [['7:1 document/syntax'], false],
  'unknown-key.yaml': [['6:3 document/unknown-key'], true],
  'unknown-kind.yaml': [['2:7 document/unknown-kind'], true],
  'unknown-tag.yaml': [['7:18 document/unknown-tag'], true],
  'unknown-target.yaml': [['6:3 document/unknown-target'], true],
  'use-default.yaml': [['7:27 document/bad-value'], true],
  'utf16.yaml': [['1:1 document/bad-utf8'], false],
  'value-from.yaml': [['7:5 document/value-not-allowed'], true],
  'version-by-rule.yaml': [['6:34 document/bad-value'], true],
  'version-id-and-name.yaml': [['7:3 document/conflict'], true],
};

/** What was refused in it may be of another document. */
const MAY_HOLD_MORE: ReadonlySet<string> = new Set(['duplicate-key.yaml']);

const files = readdirSync(FOLDER);
const read = (file: string) => loadDesired([{ path: file, bytes: bytes(file) }], ONE_TARGET);
const bytes = (file: string) => new Uint8Array(readFileSync(new URL(file, FOLDER)));

describe('one fault a file', () => {
  test.each(files)('%s', (file) => {
    const [problems, told] = TABLE[file] ?? [[], false];
    const desired = read(file);
    expect(desired.problems.map(({ at, code }) => `${at?.line}:${at?.column} ${code}`)).toEqual(
      problems,
    );
    expect(desired.specs).toEqual([]);
    expect(desired.invalid.map(({ key }) => key)).toEqual(told ? [NAME] : []);
    expect(desired.unknownIdentity).toBe(!told || MAY_HOLD_MORE.has(file));
  });

  test('the table and the folder hold the same files', () => {
    expect(files.toSorted()).toEqual(Object.keys(TABLE).toSorted());
  });

  test('every message stands alone: no empty text, no name of a library, a next step', () => {
    for (const problem of files.flatMap((file) => read(file).problems)) {
      expect(problem.message).toMatch(/\S/);
      expect(problem.next).toMatch(/\S/);
      expect(`${problem.message} ${problem.next}`).not.toMatch(/ajv|schema|undefined|\[object/i);
    }
  });

  test('every code of this area is shown by a file, or is one that no small file can show', () => {
    const shown = new Set(files.flatMap((file) => read(file).problems.map(({ code }) => code)));
    const elsewhere = [
      'document/too-large',
      'document/too-complex',
      'document/too-many-documents',
      'document/more-problems',
      'document/duplicate-product',
      'document/no-target',
      'document/kustomization',
      // A warning, so that its document is valid.
      'document/unlike-id',
    ];
    const missing = Object.keys(documentErrors).filter((code) => !shown.has(code as never));
    expect(missing.toSorted()).toEqual(elsewhere.toSorted());
  });
});
