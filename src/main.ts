#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Stripping types and compiling cost more than most commands: what Node made of the sources is kept
// beside the dependencies. Where that cannot be written, everything works, only slower.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/trueup', import.meta.url)));

const { main } = await import('./wire/command.ts');
process.exitCode = await main(process.argv.slice(2));
