import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseAst } from 'vitest/node';

export interface Import {
  readonly specifier: string;
  /** Erased before the program runs: `import type`, `export type`, `import('…').Type`. */
  readonly typeOnly: boolean;
  /** What is imported by name; empty for namespaces, side effects and dynamic imports. */
  readonly names: readonly string[];
}

export interface SourceFile {
  /** Relative to `src`, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** Globals that tell the time, wait, roll dice, or reach the process: `Date.now`, `process`, … */
  readonly impure: readonly string[];
}

interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Every TypeScript file below `root`, parsed. */
export function readSourceFiles(root: string): readonly SourceFile[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) =>
      parseSource(relative(root, file).replaceAll('\\', '/'), readFileSync(file, 'utf8')),
    );
}

export function parseSource(path: string, text: string): SourceFile {
  const imports: Import[] = [];
  const impure: string[] = [];
  visit(parseAst(text, { lang: 'ts' }) as unknown as Node, (node, parent) => {
    const found = importOf(node);
    if (found !== null) imports.push(found);
    const reach = impureOf(node, parent);
    if (reach !== null) impure.push(reach);
  });
  return { path, imports, impure };
}

/** The file that a relative import of `from` means, relative to `src`; `null` for packages. */
export function resolveImport(from: string, specifier: string): string | null {
  return specifier.startsWith('.') ? join(dirname(from), specifier).replaceAll('\\', '/') : null;
}

function visit(node: Node, seen: (node: Node, parent: Node | null) => void, parent?: Node): void {
  seen(node, parent ?? null);
  for (const [member, value] of Object.entries(node)) {
    // Types are erased, so nothing in them runs; only the modules that they name matter.
    const erased =
      member === 'typeAnnotation' || member === 'returnType' || member === 'typeArguments';
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) visit(child, erased ? (inner) => typesOnly(inner, seen) : seen, node);
    }
  }
}

function typesOnly(node: Node, seen: (node: Node, parent: Node | null) => void): void {
  if (node.type === 'TSImportType') seen(node, null);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function importOf(node: Node): Import | null {
  const source = isNode(node.source) ? node.source.value : undefined;
  switch (node.type) {
    case 'ImportDeclaration':
      return {
        specifier: String(source),
        typeOnly: node.importKind === 'type',
        names: names(node),
      };
    case 'ExportNamedDeclaration':
      if (source === undefined) return null;
      return { specifier: String(source), typeOnly: node.exportKind === 'type', names: [] };
    case 'ExportAllDeclaration':
      return { specifier: String(source), typeOnly: node.exportKind === 'type', names: [] };
    case 'ImportExpression':
      return { specifier: String(source ?? '(computed)'), typeOnly: false, names: [] };
    case 'TSImportType':
      return { specifier: String(source), typeOnly: true, names: [] };
    default:
      return null;
  }
}

function names(node: Node): readonly string[] {
  const specifiers = Array.isArray(node.specifiers) ? node.specifiers.filter(isNode) : [];
  return specifiers.flatMap(({ imported }) => (isNode(imported) ? [String(imported.name)] : []));
}

const IMPURE_MEMBERS: ReadonlySet<string> = new Set([
  'Date.now',
  'performance.now',
  'Math.random',
  'crypto.randomUUID',
  'crypto.getRandomValues',
]);

const IMPURE_NAMES: ReadonlySet<string> = new Set([
  'console',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

function impureOf(node: Node, parent: Node | null): string | null {
  if (node.type === 'MemberExpression' && isNode(node.object) && isNode(node.property)) {
    const name = `${node.object.name}.${node.property.name}`;
    return IMPURE_MEMBERS.has(name) ? name : null;
  }
  if (node.type === 'NewExpression' || node.type === 'CallExpression') {
    const callee = isNode(node.callee) ? node.callee.name : undefined;
    const isNow = callee === 'Date' && (node.arguments as readonly unknown[]).length === 0;
    return isNow ? 'new Date()' : null;
  }
  if (node.type !== 'Identifier' || !IMPURE_NAMES.has(String(node.name))) return null;
  const ownMember =
    parent !== null &&
    ((parent.type === 'MemberExpression' && parent.property === node) ||
      (parent.type === 'Property' && parent.key === node && parent.value !== node) ||
      parent.type === 'MethodDefinition' ||
      parent.type.startsWith('Import') ||
      parent.type.startsWith('TS'));
  return ownMember ? null : String(node.name);
}
