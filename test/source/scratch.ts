import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Snapshot, SnapshotResult, Source } from '../../src/reconciler/ports/source.ts';
import { createSource, type SourceOptions } from '../../src/source/source.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A directory of its own for one test. */
export function scratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'trueup-source-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function fill(directory: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

/** Change times cannot be forged; so the clock runs ahead, and files look as if at rest for long. */
export const laterClock = (): VirtualClock => new VirtualClock(Date.now() + 60_000);

export function sourceOf(
  directory: string,
  options: Partial<SourceOptions> = {},
): { readonly source: Source; readonly clock: VirtualClock; read(): Promise<SnapshotResult> } {
  const clock = laterClock();
  const source = createSource({ directory, clock, ...options });
  return { source, clock, read: () => clock.untilRead(source.read()) };
}

export async function snapshotOf(
  directory: string,
  options: Partial<SourceOptions> = {},
): Promise<Snapshot> {
  return snapshotIn(await sourceOf(directory, options).read());
}

export function snapshotIn(result: SnapshotResult): Snapshot {
  if (result.kind !== 'ok') throw new Error(`unavailable: ${result.why}`);
  return result.snapshot;
}

export function whyIn(result: SnapshotResult): string {
  if (result.kind !== 'unavailable') throw new Error('the source is available');
  return result.why;
}

export function textsOf(snapshot: Snapshot): Record<string, string> {
  return Object.fromEntries(
    snapshot.files.map((file) => [file.path, Buffer.from(file.bytes).toString('utf8')]),
  );
}

/** The superuser may read anything: permissions are tried as somebody who may not. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
