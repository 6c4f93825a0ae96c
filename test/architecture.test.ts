import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  type Import,
  parseSource,
  readSourceFiles,
  resolveImport,
  type SourceFile,
} from './support/source-files.ts';

const ROOT = fileURLToPath(new URL('../src', import.meta.url));
const FILES = readSourceFiles(ROOT);
const PATHS = new Set(FILES.map((file) => file.path));
const { dependencies } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { dependencies: Record<string, string> };

/** `main.ts` and `wire/` put the program together; everything else is a folder of its own. */
const areaOf = (path: string) => {
  const [folder = ''] = path.split('/');
  return folder === 'main.ts' || folder === 'wire' ? 'main' : folder;
};

/** What an area may import, as prefixes of paths below `src`. */
interface Rule {
  readonly any: readonly string[];
  /** Only what is erased before the program runs. */
  readonly types?: readonly string[];
}

const ADAPTER: Rule = { any: ['domain/'], types: ['reconciler/ports/'] };

const RULES: Readonly<Record<string, Rule>> = {
  main: { any: [''] },
  cli: {
    any: ['config/', 'document/', 'desired/', 'diff/', 'domain/'],
    // The types of what main hands it.
    types: ['reconciler/'],
  },
  aws: ADAPTER,
  source: ADAPTER,
  values: ADAPTER,
  journal: ADAPTER,
  server: ADAPTER,
  reconciler: { any: ['diff/', 'desired/', 'domain/'] },
  diff: { any: ['domain/'] },
  desired: { any: ['document/', 'domain/'] },
  config: { any: ['document/', 'domain/'] },
  document: { any: ['domain/problem.ts', 'domain/errors/', 'domain/suggest.ts'] },
  'local-catalog': { any: ['document/'] },
  domain: { any: [] },
};

/** Packages that only these areas may know. */
const PACKAGE_HOMES: readonly (readonly [package_: RegExp, areas: readonly string[]])[] = [
  [/^@(aws-sdk|smithy)\//, ['aws']],
  [/^(yaml|ajv)$/, ['document']],
  [/^chokidar$/, ['source']],
  [/^pino$/, ['server']],
  [/^p-queue$/, ['reconciler']],
  [/^semver$/, ['desired', 'diff']],
  [/^croner$/, ['config', 'diff']],
  [/^commander$/, ['cli', 'main']],
];

/** Areas that compute and do nothing else, and what of Node they may use for it. */
const BUILTINS_OF_PURE: Readonly<Record<string, readonly string[]>> = {
  domain: ['node:crypto createHash', 'node:crypto createHmac', 'node:crypto KeyObject'],
  document: [],
  desired: [],
  diff: [],
  config: [],
  reconciler: [],
};

/** The only files besides main's that read the time, wait, roll dice or reach the process. */
const IMPURE: Readonly<Record<string, readonly string[]>> = {
  'server/clock.ts': ['Date.now', 'performance.now'],
  // Its own clock and chance, for when nobody hands it any.
  'local-catalog/local-catalog.ts': ['Date.now', 'Math.random', 'setTimeout'],
  'local-catalog/store.ts': ['process'],
  // Lets others run between two reads.
  'source/reader.ts': ['setImmediate'],
};

const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Complaints about one import, each a line. */
function judge(file: SourceFile, found: Import): readonly string[] {
  const area = areaOf(file.path);
  const complaint = (why: string) => [`${file.path} imports ${found.specifier}: ${why}`];
  const target = resolveImport(file.path, found.specifier);
  if (target === null) return judgePackage(area, found).flatMap(complaint);
  if (target.endsWith('.json')) return [];
  if (!PATHS.has(target)) return complaint('no such file');
  if (areaOf(target) === area) return [];
  const rule = RULES[area];
  if (rule === undefined) return complaint(`no rule for the folder ${area}`);
  const allowed = [...rule.any, ...(found.typeOnly ? (rule.types ?? []) : [])];
  return allowed.some((prefix) => target.startsWith(prefix))
    ? []
    : complaint(`${area} may import ${allowed.join(', ') || 'nothing'}`);
}

function judgePackage(area: string, { specifier, names }: Import): readonly string[] {
  if (isBuiltin(specifier)) {
    const allowed = BUILTINS_OF_PURE[area];
    const used = names.length === 0 ? [specifier] : names.map((name) => `${specifier} ${name}`);
    const refused = used.filter((use) => allowed?.includes(use) === false);
    return refused.map((use) => `${area} is pure and may not use ${use}`);
  }
  const name = packageOf(specifier);
  if (!Object.hasOwn(dependencies, name)) return [`${name} is no dependency of package.json`];
  const home = PACKAGE_HOMES.find(([package_]) => package_.test(specifier) || package_.test(name));
  if (home === undefined) return [`say in PACKAGE_HOMES who may import ${name}`];
  return home[1].includes(area) ? [] : [`only ${home[1].join(' and ')} may import it`];
}

/** Groups of files that import each other in a circle when the program runs. */
function cycles(files: readonly SourceFile[]): readonly string[] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      file.imports
        .filter((found) => !found.typeOnly)
        .flatMap((found) => resolveImport(file.path, found.specifier) ?? []),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) walk(path, []);
  return found;
}

describe('the architecture', () => {
  it('imports point downward, and packages stay in the folders that own them', () => {
    expect(FILES.length).toBeGreaterThan(50);
    expect(FILES.flatMap((file) => file.imports.flatMap((each) => judge(file, each)))).toEqual([]);
  });

  it('has no circle of imports at run time', () => {
    expect(cycles(FILES)).toEqual([]);
  });

  it('takes time, chance and the process through ports', () => {
    const complaints = FILES.filter((file) => areaOf(file.path) !== 'main').flatMap((file) =>
      file.impure
        .filter((reach) => IMPURE[file.path]?.includes(reach) !== true)
        .map((reach) => `${file.path} uses ${reach}`),
    );
    expect(complaints).toEqual([]);
  });

  it('keeps the local catalog apart: only main starts it', () => {
    const users = FILES.filter(
      (file) =>
        areaOf(file.path) !== 'local-catalog' &&
        file.imports.some(
          (found) =>
            resolveImport(file.path, found.specifier)?.startsWith('local-catalog/') === true,
        ),
    );
    expect(users.map((file) => areaOf(file.path)).filter((area) => area !== 'main')).toEqual([]);
  });
});

describe('what the architecture test sees', () => {
  const file = parseSource(
    'reconciler/x.ts',
    `
    import type { A } from './a.ts';
    import { type B } from './b.ts';
    import c, { d as e } from './c.ts';
    import './side.ts';
    export type { F } from './f.ts';
    export { g } from './g.ts';
    export * from './h.ts';
    const lazy = await import('./i.ts');
    const computed = await import(lazy.name);
    const typed: import('./j.ts').J<import('./k.ts').K> = lazy;
    // import z from './comment.ts'
    const text = "import z from './text.ts'; Date.now()";
    const times = [Date.now(), new Date(), new Date(5), performance.now(), Math.random(), Math.max(1)];
    const fine = { process: 1, console: 2 }.process + clock.setTimeout(1);
    interface Shape { process: string; setTimeout(): void }
    const odd: typeof process = { setTimeout, ...console };
    setTimeout(() => process.exit());
    `,
  );

  it('tells imports that run from imports that are erased', () => {
    expect(file.imports.map(({ specifier, typeOnly }) => [specifier, typeOnly])).toEqual([
      ['./a.ts', true],
      ['./b.ts', false],
      ['./c.ts', false],
      ['./side.ts', false],
      ['./f.ts', true],
      ['./g.ts', false],
      ['./h.ts', false],
      ['./i.ts', false],
      ['(computed)', false],
      ['./j.ts', true],
      ['./k.ts', true],
    ]);
  });

  it('finds time, chance, timers and the process, and nothing else', () => {
    expect(file.impure).toEqual([
      'Date.now',
      'new Date()',
      'performance.now',
      'Math.random',
      'setTimeout',
      'console',
      'setTimeout',
      'process',
    ]);
  });

  it.each([
    ['reconciler/x.ts', '../aws/catalog.ts', false, 1],
    ['aws/x.ts', '../reconciler/ports/catalog.ts', true, 0],
    ['aws/x.ts', '../reconciler/ports/catalog.ts', false, 1],
    ['aws/x.ts', '../reconciler/limiter.ts', true, 1],
    ['cli/x.ts', '@aws-sdk/client-sts', true, 1],
    ['aws/x.ts', '@smithy/node-http-handler', false, 1],
    ['diff/x.ts', 'node:crypto', false, 1],
    ['domain/x.ts', 'node:fs', false, 1],
    ['local-catalog/x.ts', '../domain/ids.ts', true, 1],
    ['document/x.ts', '../domain/ids.ts', true, 1],
    ['document/x.ts', '../domain/problem.ts', true, 0],
    ['main.ts', './aws/catalog.ts', false, 0],
    ['new-folder/x.ts', '../domain/ids.ts', false, 1],
    ['diff/x.ts', './no-such-file.ts', false, 1],
  ])('%s importing %s (type only: %s) gets %i complaints', (path, specifier, typeOnly, count) => {
    const imports = [{ specifier, typeOnly, names: [] }];
    const from = { path, imports, impure: [] };
    expect(imports.flatMap((each) => judge(from, each))).toHaveLength(count);
  });

  it('finds a circle, however long, and lets type-only ones pass', () => {
    const make = (path: string, text: string) => parseSource(path, text);
    const a = make('diff/a.ts', `import './b.ts';`);
    const b = make('diff/b.ts', `import './c.ts';`);
    expect(cycles([a, b, make('diff/c.ts', `import './a.ts';`)])).toEqual([
      'diff/a.ts -> diff/b.ts -> diff/c.ts -> diff/a.ts',
    ]);
    expect(cycles([a, b, make('diff/c.ts', `import type { A } from './a.ts';`)])).toEqual([]);
  });
});
