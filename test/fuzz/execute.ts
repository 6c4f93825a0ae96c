import { rmSync, writeFileSync } from 'node:fs';
import { resolveConfig } from '../../src/config/resolve.ts';
import { specContent } from '../../src/desired/content.ts';
import { loadDesired } from '../../src/desired/load.ts';
import { renderProblems } from '../../src/diff/render/problem.ts';
import { canonicalJson } from '../../src/domain/canonical.ts';
import { ERRORS, TrueupError } from '../../src/domain/errors/registry.ts';
import { asTargetName } from '../../src/domain/ids.ts';
import type { Problem } from '../../src/domain/problem.ts';
import { loadSeed, SeedFileError } from '../../src/local-catalog/load-seed.ts';
import type { Input, Kind } from './corpus.ts';
import { contentOf, goodContent, JOURNAL, openAt } from './good-journal.ts';

const NEIGHBOUR = `apiVersion: trueup/v1
kind: ProvisionedProduct
metadata: {name: net}
spec: {productName: p, reconcile: {dependsOn: [other]}}
---
apiVersion: trueup/v1
kind: ProvisionedProduct
metadata: {name: other}
spec: {productName: p}
`;

const OPTIONS = {
  targets: [{ name: asTargetName('prod-eu') }, { name: asTargetName('prod-us') }],
  defaultTarget: asTargetName('prod-eu'),
  values: {
    env: ['APP_'],
    files: ['/run/secrets'],
    secretsManager: ['prod/'],
    ssmParameters: ['/p/'],
  },
};

class Complaint extends Error {}

function assert(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Complaint(what);
}

/** What the program does with an input: null if only what may happen happened, else a complaint. */
export async function execute(kind: Kind, input: Input): Promise<string | null> {
  try {
    await RUNS[kind](input);
    assert(Object.keys(Object.prototype).length === 0, 'the prototype of all objects was changed');
    assert(Reflect.get({}, 'polluted') === undefined, 'the prototype of all objects was changed');
    return null;
  } catch (error) {
    if (error instanceof Complaint) return error.message;
    return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

const RUNS: Readonly<Record<Kind, (input: Input) => void | Promise<void>>> = {
  documents: (input) =>
    checkLoad([input, { path: 'b.yaml', bytes: Buffer.from(NEIGHBOUR) }], input),
  stdin: (input) => checkLoad([input], input),
  config: checkConfig,
  seed: checkSeed,
  journal: checkJournal,
};

function checkLoad(files: readonly Input[], input: Input): void {
  const desired = loadDesired(files, OPTIONS);
  checkProblems(desired.problems, files);
  const usable = new Set(desired.specs.map(({ target, key }) => `${target} ${key}`));
  assert(usable.size === desired.specs.length, 'two specs for one provisioned product');
  for (const { target, key } of desired.invalid)
    assert(!usable.has(`${target} ${key}`), 'both usable and invalid');
  const told = desired.problems.some(
    ({ severity, at }) => severity === 'error' && at?.file === input.path,
  );
  const { invalid, documents } = desired.counts;
  assert(told || invalid === 0 || desired.problems.length > 0, 'invalid, and nothing is said');
  assert(documents >= desired.specs.length, 'more specs than documents');
  for (const spec of desired.specs) {
    for (const map of [spec.parameters, spec.labels, spec.annotations, spec.tags ?? {}])
      for (const value of Object.values(map)) assert(value !== undefined, 'a value is undefined');
    canonicalJson(specContent(spec));
  }
}

function checkProblems(problems: readonly Problem[], files: readonly Input[]): void {
  const ends = new Map(files.map((file) => [file.path, endOf(file)]));
  for (const problem of problems) {
    const { code, message, next, field, at } = problem;
    assert(Object.hasOwn(ERRORS, code), `unknown code ${code}`);
    assert(message !== '' && next !== '', `${code} says nothing or gives no next step`);
    const size = message.length + next.length + field.length;
    assert(size < 20_000, `${code} has a text of ${size} signs`);
    assert(!/\p{Cc}/u.test(message + next), `${code} carries control characters`);
    if (at === null) continue;
    const lines = ends.get(at.file);
    assert(lines !== undefined, `${code} is in a file that was not given: ${at.file}`);
    const inside = at.line >= 1 && at.line <= lines.length && at.column >= 1;
    assert(inside, `${code} is at ${at.line}:${at.column} of ${lines.length} lines`);
    const length = lines[at.line - 1] ?? 0;
    assert(at.column <= length + 1, `${code} is at column ${at.column} of ${length}`);
  }
  const shown = renderProblems(problems.slice(0, 200)).replaceAll('\n', '');
  assert(!/[\p{Cc}\p{Cf}\p{Cs}]/u.test(shown), 'what is shown steers a terminal');
}

/** The length of each line. Bytes that are no text count one each, which is never too few. */
function endOf({ bytes }: Input): readonly number[] {
  return Buffer.from(bytes)
    .toString('latin1')
    .split('\n')
    .map((line) => line.length);
}

function checkConfig(input: Input): void {
  const settings: Record<'env' | 'flag', Record<string, string>> = {
    env: Object.create(null),
    flag: Object.create(null),
  };
  const text = Buffer.from(input.bytes).toString('utf8');
  for (const [, where, name, value] of text.matchAll(/^#(env|flag) ([^=\n]*)=(.*)$/gm))
    settings[where === 'env' ? 'env' : 'flag'][name ?? ''] = value ?? '';
  const resolved = resolveConfig({ flags: settings.flag, env: settings.env, file: input });
  if (resolved.kind === 'refused') {
    assert(
      resolved.problems.some(({ severity }) => severity === 'error'),
      'refused without an error',
    );
    checkProblems(resolved.problems, [input]);
    return;
  }
  checkProblems(resolved.warnings, [input]);
  const { config } = resolved;
  assert(
    Object.isFrozen(config) && config.targets.length > 0,
    'a configuration that can be changed',
  );
  for (const value of Object.values(config))
    if (typeof value === 'number')
      assert(Number.isFinite(value) && value >= 0, 'a number that is none');
  for (const limit of Object.values(config.maxInFlightByType))
    assert(Number.isInteger(limit) && limit > 0, 'a limit that is no number');
}

function checkSeed(input: Input): void {
  try {
    loadSeed(Buffer.from(input.bytes).toString('utf8'), input.path, () => input.bytes);
  } catch (error) {
    if (!(error instanceof SeedFileError)) throw error;
    assert(error.lines.length > 0, 'refused without a word');
    for (const line of error.lines)
      assert(
        /^seed\.(?:yaml|json):\d+:\d+ {2}error {2}\S/.test(line),
        `not a problem: ${line.slice(0, 200)}`,
      );
  }
}

const JOURNAL_CODES = /^journal\/(?:corrupt|newer-schema|other-account|renamed-target|unreadable)$/;

/** Refused, or read as it was written: never as something else, and never as empty. */
async function checkJournal(input: Input): Promise<void> {
  for (const rest of ['', '-journal', '-wal', '-shm', '-lock'])
    rmSync(`${JOURNAL}${rest}`, { force: true });
  writeFileSync(JOURNAL, input.bytes);
  for (const mode of ['read', 'write'] as const) {
    const journal = await openAt(JOURNAL, mode).catch((error: unknown) => {
      if (!(error instanceof TrueupError)) throw error;
      assert(JOURNAL_CODES.test(error.code), `opening ended with ${error.code}`);
      return null;
    });
    if (journal === null) continue;
    try {
      assert((await contentOf(journal)) === goodContent(), 'read as something else');
    } catch (error) {
      if (!(error instanceof TrueupError)) throw error;
      assert(JOURNAL_CODES.test(error.code), `reading ended with ${error.code}`);
    } finally {
      await journal.close();
    }
  }
}
