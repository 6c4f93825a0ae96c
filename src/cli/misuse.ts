import { isDigestWish } from '../diff/approval.ts';
import type { Action, Invocation } from './invocation.ts';

/** What the argument parser cannot tell: why a command line cannot be meant, or null. */
export function misuse({ command, only, labels, approve, localState }: Invocation): string | null {
  const empty = emptyArgument(command) ?? (localState?.trim() === '' ? '--local-state' : null);
  if (empty !== null) return `${empty} is empty`;
  const given = command.kind === 'approve' ? [command.digest] : approve;
  const digest = given.find((one) => !isDigestWish(one));
  if (digest !== undefined)
    return `a digest is wanted as plan prints it, or its first 32 digits, not ${JSON.stringify(digest)}`;
  if (command.kind === 'run' && command.directory === '-')
    return 'run watches a directory; standard input has nothing to watch (plan - and validate - read it)';
  const name = only.find((one) => one.startsWith('/') || one.endsWith('/'));
  if (name !== undefined) return `--only takes NAME or TARGET/NAME, not ${JSON.stringify(name)}`;
  const label = labels.find((one) => one.indexOf('=') < 1);
  if (label !== undefined) return `-l takes key=value, not ${JSON.stringify(label)}`;
  return command.kind === 'status' && labels.length > 0
    ? 'status takes no -l: the journal keeps no labels (select with --only)'
    : null;
}

/** An empty variable of a script must not come to mean the working directory, or anything at all. */
function emptyArgument(command: Action): string | null {
  switch (command.kind) {
    case 'validate':
    case 'plan':
    case 'apply':
    case 'run':
      return isBlank(command.directory) ? 'the directory' : null;
    case 'retry':
    case 'accept':
      return isBlank(command.name) ? 'the name of the provisioned product' : null;
    case 'proceed':
      return isBlank(command.product) ? 'the name of the product' : null;
    case 'approve':
      return isBlank(command.digest) ? 'the digest' : null;
    case 'demo':
      return command.directory !== null && isBlank(command.directory) ? '--directory' : null;
    case 'status':
    case 'freeze':
    case 'resume':
    case 'local':
    case 'schema':
      return null;
    default:
      return command satisfies never;
  }
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
