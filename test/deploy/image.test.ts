import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isMap, parseAllDocuments } from 'yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

const dockerfile = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
/** What the build runs with the program itself; the shell's redirection is not part of it. */
const steps = [...dockerfile.matchAll(/^RUN node (src\/main\.ts [^>\n]+)/gm)].map(([, words]) =>
  (words ?? '').trim().split(' '),
);

it('no pod of the manifest has a token of Kubernetes', () => {
  const text = readFileSync(
    new URL('../../deploy/kubernetes/trueup.yaml', import.meta.url),
    'utf8',
  );
  const pods = parseAllDocuments(text).flatMap((one) => {
    const pod = one.getIn(['spec', 'template', 'spec']);
    return isMap(pod) ? [pod.get('automountServiceAccountToken')] : [];
  });
  expect(pods).toEqual([false]);
});

describe('the image', () => {
  it('fills the compile cache with a run of the program', () => {
    expect(steps.map(([, command]) => command)).toEqual(['plan']);
  });

  it.each(steps.map((words) => [words.join(' '), words] as const))(
    'can be built: %s ends with 0',
    async (_, words) => {
      // A step that ends with another code ends the build; execFile rejects it.
      const { stdout } = await run(process.execPath, [...words], { cwd: ROOT });
      expect(stdout).toContain('Result  exit 0');
    },
    30_000,
  );
});
