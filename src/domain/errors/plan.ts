import type { ErrorTable } from './entry.ts';

export const planErrors = {
  'plan/absent': {
    title: 'The provisioned product does not exist',
    meaning:
      'AWS says that there is no provisioned product of this name or id in the account. trueup updates provisioned products and does not create them unless the document says so.',
    next: 'correct the name, remove the document, or say reconcile.onMissing: provision to have it created',
  },
  'plan/creation-undeclared': {
    title: 'The document does not say what to create',
    meaning:
      'A provisioned product that does not exist has no live product and version that could be kept, so the document must name both.',
    next: 'declare the product and its version',
  },
  'plan/unadoptable': {
    title: 'The stack that is to be adopted cannot be',
    meaning:
      'reconcile.adopt names a stack that CloudFormation does not have, or that is in another account or Region than the target.',
    next: 'give the ARN of a stack in the account and Region of the target, or take reconcile.adopt out',
  },
  'plan/deletion-protected': {
    title: 'What is to be removed is protected against deletion',
    meaning:
      'reconcile.deletionProtection outlives its document: as long as it was true when the document was last there, nothing is terminated.',
    next: 'put the document back without reconcile.deletionProtection (or with prune: never), let it be read once, and remove it again',
  },
  'plan/renamed': {
    title: 'A provisioned product cannot be renamed',
    meaning:
      'A document went and another one with the same content, or for the same provisioned product, is there. To terminate the one and provision the other would lose what runs.',
    next: 'give provisionedProductId in the new document to keep what runs, or let both documents be there until the new one runs',
  },
  'plan/changed-since': {
    title: 'Somebody else changed it after its document was last seen',
    meaning:
      'A removal is carried out only where nothing has happened to the provisioned product since: somebody may rely on it now.',
    next: 'look at the record; then terminate it by hand, or put the document back, let it be read once, and remove it again',
  },
  'plan/expect-mismatch': {
    title: 'The name stands for another provisioned product',
    meaning:
      'spec.expect says what the name must stand for. What is live is something else, for instance because it was terminated and vended again.',
    next: 'make sure that the new one is meant, then correct or remove spec.expect',
  },
  'plan/not-a-stack-set': {
    title: 'Only a stack set has stack instances',
    meaning:
      'stackInstances and provisioningPreferences apply to provisioned products of type CFN_STACKSET and to no other.',
    next: 'remove stackInstances and provisioningPreferences from the document, or provision it over a launch path with a STACKSET constraint',
  },
  'plan/instances-only': {
    title: 'CREATE and DELETE change nothing but instances',
    meaning:
      'Service Catalog ignores a new version in a request that creates or deletes stack instances, so the two cannot be one wish.',
    next: 'first declare the version and the parameters with UPDATE, then the instances; or declare stackInstances, which does both in turn',
  },
  'plan/removal-not-allowed': {
    title: 'Stack instances are removed only where the document says so',
    meaning:
      'Removing a stack instance deletes its stack. It is a termination and must be allowed.',
    next: 'set reconcile.removeInstances to true, if this is meant',
  },
  'plan/verb-without-journal': {
    title: 'It cannot be told whether the operation has run before',
    meaning:
      'CREATE and DELETE are carried out once for each content, and the journal remembers that. Without knowledge of this provisioned product it might be done a second time.',
    next: 'declare stackInstances instead; or let trueup see the provisioned product once with the operation UPDATE',
  },
  'plan/instances-missing': {
    title: 'A declared stack instance does not exist',
    meaning: 'The operation UPDATE updates stack instances that exist and creates none.',
    next: 'declare stackInstances, which creates what is missing',
  },
  'plan/outside-stack-set': {
    title: 'An account or region is outside the STACKSET constraint',
    meaning: 'Service Catalog works only on accounts and regions of the constraint.',
    next: 'declare one of those that the message names, or have the constraint extended',
  },
  'plan/surplus-instances': {
    title: 'A stack instance is live and not declared',
    meaning: 'Stack instances are removed only where reconcile.removeInstances is true.',
    next: 'declare it, or set reconcile.removeInstances to true to have it removed',
  },
  'plan/inoperable-instances': {
    title: 'A stack instance is inoperable',
    meaning: 'An earlier operation failed and left it so that CloudFormation updates it no more.',
    next: 'delete it in CloudFormation, its stack retained if need be, and have it created again',
  },
  'plan/foreign-principal': {
    title: 'The owner or launch role is in another account',
    meaning:
      'Service Catalog gives a provisioned product only to a principal of its own account, and works only with a role of it.',
    next: 'use an ARN of the same account as the provisioned product',
  },
  'plan/unchecked': {
    title: 'What the version accepts could not be read',
    meaning:
      'The change was not checked against the version. Nothing is sent for it before that can be read.',
    next: 'see what could not be read, and allow it to this role',
  },
  'plan/version-unchecked': {
    title: 'Whether the version is active could not be read',
    meaning:
      'The version stays as it is, so the update is sent. Service Catalog refuses it if the version is inactive.',
    next: 'allow servicecatalog:ListProvisioningArtifacts to this role',
  },
  'plan/deprecated-version': {
    title: 'The version is deprecated',
    meaning: 'A deprecated version still takes updates, and no new provisioned products.',
    next: 'move to a version that is not deprecated',
  },
  'plan/tag-option': {
    title: 'A TagOption does not allow the tag',
    meaning: 'The portfolio or product says which values a tag may have.',
    next: 'use one of the values that the message names',
  },
  'plan/product-error': {
    title: 'The provisioned product is in status ERROR',
    meaning:
      'AWS brings nothing but open source Terraform products out of ERROR with an update, and those are tried once; it has to be terminated and provisioned again.',
    next: 'look at its last record, then terminate it and provision it again',
  },
  'plan/own-failure': {
    title: 'An operation of trueup failed, and nothing tells what it left',
    meaning:
      'A request of trueup, such as a termination, failed half-way, and what it left cannot be read: the values of a product of this kind, or which instances of a stack set. That nothing differs then does not mean that it is as declared.',
    next: 'look at that record and mend the cause, then change the document or send it once more with trueup retry',
  },
  'plan/never-succeeded': {
    title: 'No operation on it has ever succeeded',
    meaning:
      'AWS names no successful record of this provisioned product, which is not in ERROR: its creation failed, and so did what was tried since. Which version runs, if any, cannot be told, so that nothing differs does not mean that it is as declared.',
    next: 'mend the cause and send the document once more with trueup retry, or terminate it and provision it again',
  },
  'plan/stack-status': {
    title: 'The stack cannot be updated in its present status',
    meaning:
      'CloudFormation refuses an update from this status, so the record would fail and change nothing.',
    next: 'bring the stack into a status that permits updates, then: trueup retry',
  },
  'plan/tainted': {
    title: 'The last update did not succeed; what runs is as declared',
    meaning:
      'TAINTED says that the last operation ended otherwise than asked. Live state equals the document, so nothing is sent.',
    next: 'nothing needs to be done; trueup retry sends the document again, which also clears the status',
  },
  'plan/no-fingerprint-key': {
    title: 'There is no key for NoEcho values',
    meaning:
      'A request that carries NoEcho values is journalled with keyed digests in their place; without the key it is not sent.',
    next: 'give a key file with TRUEUP_FINGERPRINT_KEY_FILE, or a journal beside which one can be made',
  },
  'plan/internal': {
    title: 'A request was to be built from facts that were not read',
    meaning: 'This is a fault in trueup: the checks before it must stop such a request.',
    next: 'report it with the log lines of this provisioned product',
  },
  'plan/shared-product': {
    title: 'Two documents mean one provisioned product',
    meaning:
      'One document names the provisioned product and another gives its id, so both would decide about it. Neither is acted on, and neither counts as a removal; an invalid one and one that a selection leaves out count too.',
    next: 'keep one of the two documents',
  },
} as const satisfies ErrorTable;
