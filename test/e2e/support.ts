import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type LocalCatalog, startLocalCatalog } from '../../src/local-catalog/local-catalog.ts';
import { normaliseSeed } from '../../src/local-catalog/seed.ts';
import type { SeedInput } from '../../src/local-catalog/seed-input.ts';
import { networks } from '../support/network.ts';
import { spawnProgram } from '../support/program.ts';
import { writesOf } from '../support/writes.ts';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The real program as a process of its own. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves as soon as the output so far matches; rejects if the process ends before. */
  seen(pattern: RegExp): Promise<void>;
}

/** A directory, a Service Catalog over real HTTP, and the program run against it as a user would. */
export class Desk {
  readonly directory: string;
  readonly catalog: LocalCatalog;

  private constructor(directory: string, catalog: LocalCatalog) {
    this.directory = directory;
    this.catalog = catalog;
  }

  static async open(seed: SeedInput): Promise<Desk> {
    const directory = await mkdtemp(join(tmpdir(), 'trueup-e2e-'));
    return new Desk(directory, await startLocalCatalog({ seed: normaliseSeed(seed) }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.catalog.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async write(name: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), text);
  }

  /** Starts trueup with the account declared and the environment of a user of this catalog. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
    return started(spawnProgram(this.directory, this.catalog.url, args, env));
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** Mutating calls that arrived, oldest first. */
  writes() {
    return writesOf(this.catalog.admin.calls());
  }

  tokens(): readonly string[] {
    return this.writes().map(
      (call) => /tu1-[0-9a-f]{64}/.exec(JSON.stringify(call.input))?.[0] ?? '',
    );
  }
}

function started(child: ChildProcess): Started {
  const texts = { out: '', err: '' };
  const watchers = new Set<() => void>();
  const take = (stream: 'out' | 'err') => (chunk: Buffer) => {
    texts[stream] += chunk;
    for (const watcher of watchers) watcher();
  };
  child.stdout?.on('data', take('out'));
  child.stderr?.on('data', take('err'));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, ...texts }));
  });
  return {
    child,
    ended,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(texts.out + texts.err)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void ended.then((end) =>
          reject(new Error(`ended with ${end.code} before ${pattern}:\n${end.out}\n${end.err}`)),
        );
      }),
  };
}

export const ACCOUNT = '111122223333';

/** A document as a YAML file. */
export function documentYaml(name: string, spec: string): string {
  const indented = spec
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');
  return `apiVersion: trueup/v1\nkind: ProvisionedProduct\nmetadata:\n  name: ${name}\nspec:\n${indented}`;
}

export const networkYaml = (name: string, cidr: string, more = '') =>
  documentYaml(
    name,
    `productName: network\nprovisioningArtifactName: v1\nprovisioningParameters:\n  Cidr: ${cidr}\n${more}`,
  );

/** A catalog of networks whose operations end at once. */
export const quickNetworks = (parts: Parameters<typeof networks>[0]) =>
  networks({
    account: ACCOUNT,
    region: 'eu-west-1',
    timing: { accepted: '50ms', running: '100ms', remediation: '50ms', properties: '50ms' },
    ...parts,
  });
