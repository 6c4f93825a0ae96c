import type { ErrorTable } from './entry.ts';

export const sourceErrors = {
  'source/unavailable': {
    title: 'The desired-state directory cannot be read as a whole.',
    meaning:
      'It is missing, empty, changing without rest, or its link leads nowhere. What cannot be read is never taken for empty: the last good revision stands, nothing is removed and no new change is started.',
    next: 'name a directory that holds documents (README.md shows one), or mend what the message names',
  },
  'source/no-documents': {
    title: 'The desired-state directory holds files, and none of them declares anything.',
    meaning:
      'All of it is empty, or belongs to other tools. That is what the wrong repository or the wrong folder looks like, so it is not taken for "nothing is desired": nothing is removed.',
    next: 'check that this is the right directory. To remove the last provisioned product, take its document out while another one stays, or terminate it by hand',
  },
  'source/unreadable-file': {
    title: 'A desired-state file cannot be read.',
    meaning:
      'Nobody can say which provisioned products it declares, so nothing counts as removed in this revision. Permissions, a link that leads nowhere, a file that is no regular file, or a disk error are the usual causes.',
    next: 'make the file readable for the user that trueup runs as, or take it out of the directory',
  },
  'source/link-escapes': {
    title: 'A link leads out of the desired-state directory.',
    meaning:
      'Documents are read only from inside the directory, so that a revision is complete and no document can pull in other files of the machine. The link is not followed.',
    next: 'put the file itself into the directory, or run trueup on a directory that holds both',
  },
  'source/file-too-large': {
    title: 'A desired-state file is larger than trueup reads.',
    meaning: 'Files over the limit are not opened: they are hardly ever desired state.',
    next: 'split the file, or take it out of the directory',
  },
} as const satisfies ErrorTable;
