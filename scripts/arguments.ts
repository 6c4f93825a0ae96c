import { Command, InvalidArgumentError } from 'commander';

/** The command line of a script: `--help` tells it, and what it does not know ends it. */
export function scriptNamed(name: string, about: string): Command {
  return new Command(`npm run ${name} --`).description(about).helpOption('--help', 'this text');
}

/** Anything else would run nothing, and report that nothing failed. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text !== '' && Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`A whole number from ${least} on is wanted.`);
  };
}
