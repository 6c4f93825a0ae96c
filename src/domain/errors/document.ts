import type { ErrorTable } from './entry.ts';

export const documentErrors = {
  'document/too-large': {
    title: 'A file is larger than the limit',
    meaning: 'Files are read whole and are untrusted, so their size is bounded.',
    next: 'split the file into several smaller ones',
  },
  'document/bad-utf8': {
    title: 'A file is not UTF-8 text',
    meaning: 'YAML and JSON files are read as UTF-8, strictly; no byte is replaced or guessed.',
    next: 'save the file as UTF-8',
  },
  'document/control-character': {
    title: 'A control character stands where only text may be',
    meaning:
      'NUL and other control characters cannot be seen in an editor and can deceive a terminal; YAML does not allow them in a file, and keys may not hold invisible characters.',
    next: 'remove the character',
  },
  'document/lone-surrogate': {
    title: 'Half of a surrogate pair',
    meaning: 'An escape names half of a UTF-16 pair, which no request to AWS can carry.',
    next: 'write the character itself, or both halves',
  },
  'document/syntax': {
    title: 'The text is not valid YAML or JSON',
    meaning:
      'The parser cannot tell what the text means. The document is not used, and its provisioned product is left alone.',
    next: 'mend the text at this place; an editor with a YAML plug-in shows it too',
  },
  'document/merge-conflict': {
    title: 'Git left a merge conflict in the file',
    meaning:
      'The lines <<<<<<<, ======= and >>>>>>> stand round two versions of the text, and nobody has said which of them counts.',
    next: 'keep one of the two sides, remove the three marker lines, and commit',
  },
  'document/blank-file': {
    title: 'A file holds nothing',
    meaning:
      'A document that was in it would count as removed, and a file is emptied by mistake more often than on purpose: nothing is terminated while it is there.',
    next: 'put back what was in it, delete the file, or write a comment into it that says why it is empty',
  },
  'document/tab': {
    title: 'A tab is used for indentation',
    meaning: 'YAML indents with spaces only.',
    next: 'replace the tab by spaces',
  },
  'document/duplicate-key': {
    title: 'A key is written twice in one mapping',
    meaning: 'Readers disagree on which of the two counts, so neither is taken.',
    next: 'keep one of the two; where two documents run into one another, put a line --- between them',
  },
  'document/key-not-text': {
    title: 'A mapping key is not text',
    meaning: 'Keys must be plain or quoted text; lists, mappings and empty keys are refused.',
    next: 'write the key as text, in quotes where needed',
  },
  'document/merge-key': {
    title: 'A merge key (<<) is used',
    meaning:
      'Merge keys are not part of YAML 1.2 and readers differ on them. Anchors and aliases are read.',
    next: 'write the fields out, or use an alias for the whole value',
  },
  'document/unknown-tag': {
    title: 'A YAML tag is not known here',
    meaning: 'Only the tags !!str, !!map and !!seq are read; others could change what a value is.',
    next: 'remove the tag, or put a value that starts with ! in quotes',
  },
  'document/bad-alias': {
    title: 'An alias names no anchor before it',
    meaning: 'An alias stands for a value that was marked with an anchor earlier in the document.',
    next: 'correct the name, or put a value that starts with * in quotes',
  },
  'document/alias-bomb': {
    title: 'Aliases expand to too much',
    meaning:
      'What the aliases of one document stand for, written out, is larger than the limit. The document is refused before anything is expanded.',
    next: 'write the values out, or use fewer aliases',
  },
  'document/too-deep': {
    title: 'The nesting is too deep',
    meaning: 'Lists and mappings may be nested up to a limit; no document needs more.',
    next: 'flatten the document',
  },
  'document/too-complex': {
    title: 'Too many anchors, tags, directives or syntax errors in one file',
    meaning: 'A file may hold only so many of them; the rest of the file is not read.',
    next: 'mend the first errors, or split the file',
  },
  'document/too-many-documents': {
    title: 'Too many documents in one file',
    meaning: 'The number of documents in one file is bounded; the rest of the file is not read.',
    next: 'split the file',
  },
  'document/more-problems': {
    title: 'Further problems are not listed',
    meaning: 'The list of problems is cut at a limit, so that one bad file stays readable.',
    next: 'mend the problems above and check again',
  },
  'document/not-a-mapping': {
    title: 'A document is not a mapping',
    meaning: 'A document starts with keys such as apiVersion and kind.',
    next: 'write a mapping, or remove the document',
  },
  'document/unknown-key': {
    title: 'A key is not known',
    meaning: 'Unknown keys are refused, because a misspelled one would otherwise be ignored.',
    next: 'correct the key, or remove it',
  },
  'document/missing-key': {
    title: 'A required key is missing',
    meaning: 'The schema requires this key.',
    next: 'add the key',
  },
  'document/wrong-type': {
    title: 'A value has the wrong type',
    meaning: 'The schema wants another type of value here, for instance text or a list.',
    next: 'write a value of the type that is named',
  },
  'document/bad-value': {
    title: 'A value breaks a rule',
    meaning: 'The value has the right type, but its length, range or form is not allowed.',
    next: 'write a value that follows the rule',
  },
  'document/conflict': {
    title: 'Two fields exclude each other, or one of several is needed',
    meaning: 'The API takes one of these fields, not both.',
    next: 'keep exactly one',
  },
  'document/null-not-text': {
    title: 'Nothing stands where text is wanted',
    meaning:
      'null, ~ and an empty place are not text. They are refused, so that a forgotten value is not sent as an empty one.',
    next: 'write "" for an empty value, or remove the line',
  },
  'document/unquoted-scalar': {
    title: 'An unquoted value looks like something other than text',
    meaning:
      'Fields that hold text take the value as it is written, here. Other YAML tools read it as a number, a boolean or a date and may rewrite it, for instance drop a leading zero. On standard input the original text may be gone already, so there it is an error.',
    next: 'put the value in quotes',
  },
  'document/unlike-id': {
    title: 'A name may stand where an id is wanted',
    meaning:
      'Ids of Service Catalog begin with prod-, pa- or pp-. The value is taken as it is written; if it is a name, AWS answers that there is no such thing.',
    next: 'write a name in the field for names',
  },
  'document/not-supported': {
    title: 'A field is known and not supported yet',
    meaning: 'The field is part of the schema, but this version does not act on it.',
    next: 'remove the field, or wait for a version that supports it',
  },
  'document/unknown-version': {
    title: 'The apiVersion is not one this program reads',
    meaning: 'Documents of this program have apiVersion trueup/v1.',
    next: 'write apiVersion: trueup/v1, or use a newer version of trueup',
  },
  'document/unknown-kind': {
    title: 'The kind is not known',
    meaning: 'In apiVersion trueup/v1 the kind is ProvisionedProduct.',
    next: 'write kind: ProvisionedProduct',
  },
  'document/duplicate-product': {
    title: 'Two documents are for one provisioned product',
    meaning:
      'A provisioned product has one document. Neither of the two is used, and the provisioned product is left alone.',
    next: 'keep one of the documents',
  },
  'document/unknown-target': {
    title: 'The target is not in the configuration',
    meaning: 'spec.target names an account and region that the configuration must list.',
    next: 'correct spec.target, or add the target to the configuration',
  },
  'document/no-target': {
    title: 'The document names no target and there is no default',
    meaning: 'With several targets in the configuration, a document must say which one it is for.',
    next: 'add spec.target, or set defaultTarget in the configuration',
  },
  'document/unknown-dependency': {
    title: 'No document is for what this one depends on',
    meaning:
      'reconcile.dependsOn names documents of the desired state, as name or target/name. One that never comes would be waited for without end.',
    next: 'correct the name, or take it out of reconcile.dependsOn',
  },
  'document/dependency-circle': {
    title: 'Documents depend on each other in a circle',
    meaning:
      'Each of them waits for another one to be in its desired state, so none would ever start.',
    next: 'take one of the names out of reconcile.dependsOn',
  },
  'document/value-not-allowed': {
    title: 'The document asks for a value that the configuration does not allow',
    meaning:
      'valueFrom reads only what values in trueup.yaml allows, by default nothing, so that no document can send something into a stack that it should not know.',
    next: 'use an allowed source, or allow this one under values in trueup.yaml',
  },
  'document/bad-pointer': {
    title: 'The pointer names no field that could be ignored',
    meaning:
      'reconcile.ignore takes /provisioningParameters and /tags, with a key or without, /properties/owner, /properties/launchRole, /stackInstances, and the fields that name product, version and path.',
    next: 'write a pointer such as /tags/last-scan or /provisioningParameters/DesiredCount',
  },
  'document/kustomization': {
    title: 'The directory is a kustomization',
    meaning:
      'Its files are parts that kustomize puts together; read one by one they mean something else. That holds also where the kustomization.yaml itself cannot be read.',
    next: 'render it first and hand the result over on standard input',
  },
} as const satisfies ErrorTable;
