import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is fuzzed: one way into the program each. */
export const KINDS = ['documents', 'config', 'seed', 'stdin', 'journal'] as const;
export type Kind = (typeof KINDS)[number];

/** One input: a file with the name that the program would find it under. */
export interface Input {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const KEPT = join(ROOT, 'test/fixtures/fuzz/corpus');
export const REGRESSIONS = join(ROOT, 'test/fixtures/fuzz/regressions');

/** Files that the repository has anyway, and that are good to begin with. */
const SHARED: Readonly<Record<Kind, readonly string[]>> = {
  documents: ['examples/desired-state', 'test/fixtures/bad', 'test/fixtures/plans'],
  stdin: ['examples/desired-state', 'test/fixtures/bad'],
  config: [],
  seed: ['examples/local-catalog.yaml'],
  journal: [],
};

/** The name under which the program meets an input of a kind. */
export function pathOf(kind: Kind, file: string): string {
  switch (kind) {
    case 'documents':
      return extname(file) === '.json' ? 'a.json' : 'a.yaml';
    case 'config':
      return 'trueup.yaml';
    case 'seed':
      return extname(file) === '.json' ? 'seed.json' : 'seed.yaml';
    case 'stdin':
      return '-';
    case 'journal':
      return 'journal.db';
    default:
      return kind satisfies never;
  }
}

function filesBelow(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Inputs to begin with, in a fixed order. */
export function corpusOf(kind: Kind): readonly Input[] {
  const shared = SHARED[kind].flatMap((path) => filesBelow(join(ROOT, path)));
  const files = [...shared, ...filesBelow(join(KEPT, kind))];
  return files
    .filter((file) => kind === 'journal' || /\.(ya?ml|json|txt)$/.test(file))
    .map((file) => ({ path: pathOf(kind, file), bytes: readFileSync(file) }));
}

/** Every input that is kept for good: those that once failed, and the corpus. */
export function keptInputs(): readonly { readonly kind: Kind; readonly file: string }[] {
  return [KEPT, REGRESSIONS].flatMap((root) =>
    KINDS.flatMap((kind) => filesBelow(join(root, kind)).map((file) => ({ kind, file }))),
  );
}
