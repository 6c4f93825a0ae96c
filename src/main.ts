#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

// Stripping types and compiling cost more than most commands: what Node made of the sources is kept
// beside the dependencies. Where that cannot be written, everything works, only slower.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/trueup', import.meta.url)));

// The space for young objects stays small: what one look allocates is short-lived, and letting the
// space double again and again kept up to a third more memory for no time won (bench/plan.ts).
setFlagsFromString('--semi-space-growth-factor=1');

const { main } = await import('./wire/command.ts');
process.exitCode = await main(process.argv.slice(2));
