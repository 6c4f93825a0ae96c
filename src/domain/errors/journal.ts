import type { ErrorTable } from './entry.ts';

export const journalErrors = {
  'journal/locked': {
    title: 'Another trueup writes this journal.',
    meaning:
      'One process at a time may start changes with a journal: two would send the same update twice. The lock ends with the process that holds it, however it ends.',
    next: 'stop the other process, or wait until it is done. plan and status work beside it. If it manages another estate, give this one a journal of its own with --journal',
  },
  'journal/unwritable': {
    title: 'The journal cannot be written.',
    meaning:
      'A change is written down before it is sent, so that a crash cannot repeat it. While nothing can be written down, nothing is sent; reading goes on.',
    next: 'make room on the disk, or make the file and its directory writable for the user that trueup runs as',
  },
  'journal/unreadable': {
    title: 'The journal cannot be read.',
    meaning:
      'There is a file, and what it holds is not known. That is never taken for an empty journal.',
    next: 'make the file readable for the user that trueup runs as, or name another file with --journal',
  },
  'journal/corrupt': {
    title: 'The journal is damaged, or is no trueup journal.',
    meaning:
      'Its content does not fit its checksums or its form. Going on with what is left could forget a request that is still running.',
    next: 'restore the file from a backup, or start with an empty journal with --journal-reset: the damaged one is renamed and kept. Values that AWS does not return are then unverified until their next update',
  },
  'journal/newer-schema': {
    title: 'The journal was written by a newer trueup.',
    meaning:
      'This version does not know what a newer one wrote down, and could overlook a request that is still running.',
    next: 'run the newer version, or start with an empty journal with --journal-reset',
  },
  'journal/conflict': {
    title: 'A journal entry was changed by somebody else meanwhile.',
    meaning:
      'The entry was read, and was written by another before this write. Nothing was stored and nothing was sent.',
    next: 'nothing: the provisioned product is looked at again',
  },
  'journal/other-account': {
    title: 'The journal belongs to another account or region.',
    meaning:
      'A journal is bound to the account and region in which it first saw a target. In another one its records and fingerprints mean nothing.',
    next: 'check the credentials, the region and the target in trueup.yaml. If the target really moved, use another journal with --journal, or start with an empty one with --journal-reset',
  },
  'journal/renamed-target': {
    title: 'The journal knows this account and region by the name of another target.',
    meaning:
      'Freezes, open requests, failures, what the guards counted and what is to be pruned are kept under the name of the target. Under another name none of it would be seen, and changes would go past it.',
    next: 'give the target its former name in trueup.yaml (default, where there was none). If it must have another one: see that nothing is in flight, start with an empty journal with --journal-reset, and freeze again by the new name what was frozen by the former',
  },
  'journal/key-invalid': {
    title: 'The fingerprint key file cannot be used.',
    meaning:
      'Fingerprints of values that AWS does not return are made with a key of exactly 32 bytes. With another key they would all be unverified.',
    next: 'restore the key file from a backup. To begin with a new key, remove the file: trueup makes one, or make it with: head -c 32 /dev/urandom > FILE',
  },
  'journal/key-permissions': {
    title: 'Everybody on this machine can read the fingerprint key.',
    meaning:
      'Whoever has the key can try out secret values against the fingerprints in the journal.',
    next: 'take the rights from others: chmod o-rwx FILE. For a Kubernetes secret, set defaultMode: 0440',
  },
} as const satisfies ErrorTable;
