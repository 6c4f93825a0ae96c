/**
 * What `plan` and `apply` cost on a generated estate: calls, wall time and peak memory of the whole
 * command, against `trueup local` in a process of its own. Usage: npm run bench -- 300
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeEstate } from './estate.ts';

const MAIN = new URL('../src/main.ts', import.meta.url).pathname;

interface Run {
  readonly command: string;
  readonly exitCode: number | null;
  readonly wallMs: number;
  readonly peakMiB: number;
  readonly calls: number;
  readonly output: string;
}

const count = Number(process.argv[2] ?? '300');
const scratch = await mkdtemp(join(tmpdir(), 'trueup-bench-'));
const estate = join(scratch, 'estate');
const server = spawn(
  process.execPath,
  [MAIN, 'local', '--port', '0', '--generate', String(count)],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  const url = await urlOf(server);
  await writeEstate(estate, count);
  const config = join(scratch, 'trueup.yaml');
  // What is measured is the work, not what a guard would make of it.
  await writeFile(config, 'maxChanges: 100000\nguards: {window: 0s, updates: {share: 100%}}\n');
  const flags = [
    '--config',
    config,
    '--journal',
    join(scratch, 'journal.db'),
    '--account',
    '111122223333',
    '--log-level',
    'error',
  ];
  await report('plan, in sync', url, ['plan', estate, ...flags]);
  await report('plan, in sync, again', url, ['plan', estate, ...flags]);
  await writeEstate(estate, count, 20);
  await report('apply, 20 changed', url, ['apply', estate, '--yes', ...flags]);
  await report('apply, again', url, ['apply', estate, '--yes', ...flags]);
  await writeEstate(estate, count, Math.min(count, 120));
  await report(`apply, ${Math.min(count, 120) - 20} more changed`, url, [
    'apply',
    estate,
    '--yes',
    ...flags,
  ]);
} finally {
  server.kill();
  await rm(scratch, { recursive: true, force: true });
}

async function report(name: string, url: string, args: readonly string[]): Promise<void> {
  const before = await counts(url);
  const run = await measure(name, url, args);
  const after = await counts(url);
  const difference = Object.entries(after).flatMap(([operation, calls]) => {
    const made = calls - (before[operation] ?? 0);
    return made === 0 ? [] : [`${operation} ${made}`];
  });
  const total =
    Object.values(after).reduce((sum, one) => sum + one, 0) -
    Object.values(before).reduce((sum, one) => sum + one, 0);
  console.log(
    `${name.padEnd(28)} exit ${run.exitCode}  ${(run.wallMs / 1000).toFixed(2).padStart(7)} s  ${String(Math.round(run.peakMiB)).padStart(4)} MiB  ${total} calls: ${difference.join(', ')}`,
  );
}

async function counts(url: string): Promise<Record<string, number>> {
  const answer = await fetch(`${url}/_local/counts`);
  const body = (await answer.json()) as { readonly operations: Record<string, number> };
  return body.operations;
}

async function measure(command: string, url: string, args: readonly string[]): Promise<Run> {
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  let peakKiB = 0;
  const sample = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
  }, 5);
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(sample);
  return {
    command,
    exitCode,
    wallMs: performance.now() - started,
    peakMiB: peakKiB / 1024,
    calls: 0,
    output,
  };
}

function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk;
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.on('exit', () => reject(new Error(`the local catalog ended: ${text}`)));
  });
}
