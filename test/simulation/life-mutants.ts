import type { Mutant } from './mutants.ts';

const one = (name: string, file: string, from: string, to: string): Mutant => ({
  name,
  edits: [{ file, from, to }],
});

/** Deliberate bugs in how products come into being and go. */
export const LIFE_MUTANTS: readonly Mutant[] = [
  one(
    'what is missing is provisioned unasked',
    'src/diff/creation-wish.ts',
    "return spec.reconcile.onMissing === 'provision' || isHalfRecreated(input) ? 'provision' : null;",
    "return 'provision';",
  ),
  one(
    'recreated again and again',
    'src/diff/creation-wish.ts',
    "return known.some((one) => likenessOf(one, content) !== 'other');",
    "return known.some((one) => content === '' && likenessOf(one, content) !== 'other');",
  ),
  {
    name: 'only the last content for which a recreation was begun is remembered',
    edits: [
      {
        file: 'src/diff/creation-wish.ts',
        from: "return known.some((one) => likenessOf(one, content) !== 'other');",
        to: "return known.slice(0, recreated === null ? 0 : 1).some((one) => likenessOf(one, content) !== 'other');",
      },
      {
        file: 'src/diff/recreation.ts',
        from: "const isRecreation = isUnkept && intent?.step === 'terminate' && intent.specDigest === recreated;",
        to: 'const isRecreation = intent === null && recreated !== null;',
      },
      {
        file: 'src/reconciler/intent.ts',
        from: "...(step === 'terminate' ? { recreated, recreatedBefore } : {}),",
        to: '',
      },
    ],
  },
  one(
    'an open request is repeated whatever has become of what it needs',
    'src/reconciler/repeat-request.ts',
    'if (!isStillWanted(context, key, intent) || context.dependencyWait(key) !== null) return null;',
    'if (!isStillWanted(context, key, intent)) return null;',
  ),
  {
    name: 'a dependant is let go by what was seen before its documents changed',
    edits: [
      {
        file: 'src/reconciler/pass.ts',
        from: "if (context.desired().specs.get(spec.key) !== spec) return { kind: 'goOn' };",
        to: '',
      },
      {
        file: 'src/reconciler/carry-out.ts',
        from: 'if (wait !== null) return wait.why;',
        to: "if (wait?.why === '') return wait.why;",
      },
    ],
  },
  one(
    'a document that is gone is not given its ten minutes',
    'src/reconciler/absences.ts',
    'return clock.now() - Date.parse(gone.since) >= GONE_MS && readMs - missedMs >= GONE_MS;',
    'return clock.now() - Date.parse(gone.since) >= 0 && readMs - missedMs >= 0;',
  ),
  one(
    'deletionProtection ends with the document',
    'src/diff/removal.ts',
    'if (known.policies.deletionProtection) {',
    "if (known.policies.deletionProtection && known.name === '') {",
  ),
  one(
    'resources that are to be kept are deleted',
    'src/diff/removal.ts',
    "const retain = known.policies.prune === 'retain';",
    "const retain = known.policies.prune === 'never';",
  ),
  {
    // It is looked at twice: when the removal is judged, and right before the call.
    name: 'what somebody else has changed since is terminated',
    edits: [
      {
        file: 'src/diff/removal.ts',
        from: 'if (lastRecordId === known.lastRecordId || ours) return null;',
        to: "if (lastRecordId === known.lastRecordId || ours || known.name !== '') return null;",
      },
      {
        file: 'src/reconciler/still-wanted.ts',
        from: 'const isAsLeft = base !== null && (base === known.lastRecordId || ownRecords.includes(base));',
        to: 'const isAsLeft = base !== null && (known.name !== null || ownRecords.includes(base));',
      },
    ],
  },
  one(
    'a file that cannot be read holds up no removal',
    'src/reconciler/removals.ts',
    "if (desired.unknownIdentity) return 'a file of this revision could not be read';",
    '',
  ),
  {
    name: 'the limit of terminations is ignored',
    edits: [
      {
        file: 'src/diff/guards.ts',
        from: 'return GUARDS.map((guard) => {',
        to: "return GUARDS.filter((guard) => guard !== 'terminations').map((guard) => {",
      },
      {
        file: 'src/diff/guards.ts',
        from: 'const over = GUARDS.find(',
        to: "const over = GUARDS.filter((guard) => guard !== 'terminations').find(",
      },
    ],
  },
  {
    name: 'the limit of provisions is ignored',
    edits: [
      {
        file: 'src/diff/guards.ts',
        from: 'return GUARDS.map((guard) => {',
        to: "return GUARDS.filter((guard) => guard !== 'provisions').map((guard) => {",
      },
      {
        file: 'src/diff/guards.ts',
        from: 'const over = GUARDS.find(',
        to: "const over = GUARDS.filter((guard) => guard !== 'provisions').find(",
      },
    ],
  },
  one(
    'dependsOn is not waited for',
    'src/reconciler/dependencies.ts',
    'if (wait !== null) return wait;',
    'if (wait?.isBlocked === true) return wait;',
  ),
  one(
    'the success of what a document said before counts for what depends on it',
    'src/reconciler/finish.ts',
    'if (last && isOfPresentDocument(context, key, intent))',
    'if (last)',
  ),
  one(
    'a revision that was read and not reviewed protects nothing',
    'src/reconciler/target.ts',
    'this.#context.known.heed(this.#context, desired);',
    '',
  ),
  one(
    'the termination of a recreation is repeated after its document went',
    'src/reconciler/still-wanted.ts',
    `    isAsLeft &&
    context.entries.owned().has(request.provisionedProductId) &&
    prune !== 'never' &&
    !deletionProtection &&
    !handsOff &&
    request.retain === (prune === 'retain') &&
    context.known.isConfirmed(context, key) &&
`,
    '    isAsLeft !== null && prune !== null && deletionProtection !== null && handsOff !== null &&\n',
  ),
];
