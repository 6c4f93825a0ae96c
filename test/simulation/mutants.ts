import { LIFE_MUTANTS } from './life-mutants.ts';

/** Deliberate bugs, each of which the simulation must catch. Applied to the source as it is loaded. */
export interface Mutant {
  readonly name: string;
  /** Text to find, exactly once, and what stands there instead. */
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

const one = (name: string, file: string, from: string, to: string): Mutant => ({
  name,
  edits: [{ file, from, to }],
});

const CORE_MUTANTS: readonly Mutant[] = [
  one(
    'token without its base',
    'src/diff/token.ts',
    "base: input.provisionedProductId === null ? 'absent' : input.base,",
    'base: null,',
  ),
  one(
    'open intents are not settled',
    'src/reconciler/pass.ts',
    'if (intent !== null) {',
    'if (intent !== null && intent.recordId !== null) {',
  ),
  one(
    'open intents are not resumed after a restart',
    'src/reconciler/target.ts',
    'for (const key of open) this.#worker.add(key, PRIORITY.resume);',
    '',
  ),
  one(
    'unreadable counts as absent',
    'src/reconciler/freshen.ts',
    "return { kind: 'unreadable', why: explainFailure(described.failure) };",
    "return { kind: 'absent' };",
  ),
  one(
    'latch lost on restart',
    'src/reconciler/entries.ts',
    'entries.#keep(key, entry);',
    'entries.#keep(key, { ...entry, value: { ...entry.value, latch: null } });',
  ),
  one(
    'latch not reset by new content',
    'src/diff/hold.ts',
    'return isSameRequest({ ...latch, requestHash }, request, isSameKey) ? latch : null;',
    'return latch;',
  ),
  one(
    'backoff not waited for',
    'src/diff/hold.ts',
    'if (isWaitOver(latch, now)) return null;',
    "if (latch.kind === 'backoff') return null;",
  ),
  one(
    'unverified treated as different',
    'src/diff/compare-parameters.ts',
    `the journal has no valid fingerprint';
    return [{ kind: 'unverified', field: { field, label: key, why } }];`,
    `the journal has no valid fingerprint';
    return why === '' ? [] : [differs(input.spec, field, key, HIDDEN, HIDDEN, 'update')];`,
  ),
  {
    name: 'guard ignored',
    edits: [
      {
        file: 'src/reconciler/review.ts',
        from: 'return guards.length === 0 || judgement.runs.has(key)',
        to: 'return guards.length >= 0 || judgement.runs.has(key)',
      },
      {
        file: 'src/reconciler/admission.ts',
        from: 'if (finding !== undefined) return `the guard for',
        to: 'if (finding === null) return `the guard for',
      },
    ],
  },
  {
    name: 'guard skipped after a restart: a resumed name goes on without a reviewed plan',
    edits: [
      {
        file: 'src/reconciler/may-act.ts',
        from: 'return allowed !== undefined && steps.every((step) => allowed.includes(step));',
        to: 'return allowed === undefined || steps.every((step) => allowed.includes(step));',
      },
      {
        file: 'src/reconciler/carry-out.ts',
        from: 'const isAllowed = context.allowed(key)?.includes(intent.step) === true;',
        to: 'const isAllowed = context.allowed(key)?.includes(intent.step) !== false;',
      },
      {
        file: 'src/reconciler/admission.ts',
        from: "if (current === null) return 'the plan has not been judged yet';",
        to: 'if (current === null) return null;',
      },
    ],
  },
  one(
    'a Describe that lags is believed',
    'src/reconciler/pass.ts',
    'if (lagsBehindUs(context, spec, live, looked)) {',
    'if (lagsBehindUs(context, spec, live, looked) && spec.name === "") {',
  ),
  one(
    'an echo is always taken for ours',
    'src/diff/settle.ts',
    `    return { kind: 'echo' };
  if (accepted.createdAt`,
    `    return { kind: 'ours' };
  if (accepted.createdAt`,
  ),
  one(
    'two passes for one product',
    'src/reconciler/queue.ts',
    "        this.#phases.set(key, { kind: 'again', priority });\n        return;\n      case 'again':",
    "        this.#start(key, priority);\n        return;\n      case 'again':",
  ),
  one(
    'limit of operations in flight ignored',
    'src/reconciler/worker.ts',
    'concurrency: caps.maxInFlight,',
    'concurrency: caps.maxInFlight + 5,',
  ),
  one(
    'a rollout holds nobody back',
    'src/diff/rollout.ts',
    '  const { rest, leaders } = holds();',
    '  const { rest, leaders }: Holds = { rest: null, leaders: null };',
  ),
  one(
    'a failure does not pause its rollout',
    'src/diff/rollout.ts',
    'if (first === undefined || failures.length < maxFailures) return null;',
    'if (first === undefined || failures.length <= maxFailures) return null;',
  ),
  one(
    'what an engine was handed by an update that failed counts as in effect',
    'src/diff/compare-parameters.ts',
    '  const failed = ownFailure(input);\n  return sortedKeys',
    '  const failed: string | null = null;\n  return sortedKeys',
  ),
  one(
    'limit of a type ignored',
    'src/reconciler/worker.ts',
    'laneLimits: caps.maxInFlightByType,',
    '',
  ),
  {
    name: 'what is of no known type is under no limit of a type, nor counted when AWS tells its type',
    edits: [
      {
        file: 'src/reconciler/worker.ts',
        from: 'typesOf(context, key) ?? limited,',
        to: 'typesOf(context, key) ?? [],',
      },
      {
        file: 'src/reconciler/target.ts',
        from: 'if (this.#worker.isCrowded(key)) return',
        to: 'if (this.#desired.invalid.has(key)) return',
      },
    ],
  },
  one(
    'rates ignored',
    'src/reconciler/limiter.ts',
    'if (next.waitMs === 0) return',
    'if (next.waitMs >= 0) return',
  ),
  {
    name: 'the call is made before the journal has the intent',
    edits: [
      {
        file: 'src/reconciler/carry-out.ts',
        from: '    current = await stampSend(',
        // Awaited: the last look at the freezes, before each call, would give the write its time.
        to: '    const early = await send(context, key, current, request);\n    current = await stampSend(',
      },
      {
        file: 'src/reconciler/carry-out.ts',
        from: 'const answer = await send(context, key, current, request);',
        to: 'const answer = early;',
      },
    ],
  },
  {
    // The last look before the call asks the journal as well, so both have to be gone.
    name: 'a failed write of the intent does not stop the call',
    edits: [
      {
        file: 'src/reconciler/intent.ts',
        from: `    return context.guard.admission.charged(opened, stamped);
  });`,
        to: `    return context.guard.admission.charged(opened, stamped);
  }).catch(() => undefined);`,
      },
      {
        file: 'src/reconciler/send-once.ts',
        from: '() => whyHeld(context, key));',
        to: 'async () => null);',
      },
    ],
  },
  one(
    'a lost reply drops the intent',
    'src/reconciler/carry-out.ts',
    `      case 'unknown':
        return settleOpen(context, key, current);`,
    `      case 'unknown':
        await dropIntent(context, key);
        return { kind: 'dropped', why: 'no reply' };`,
  ),
  one(
    'an open request that cannot be told is repeated at once',
    'src/diff/settle.ts',
    'const neededMs = rebuildable ? STABLE_MS : DROP_MS;',
    'const neededMs = rebuildable ? 0 : DROP_MS;',
  ),
  one(
    'a new token for each repeat',
    'src/reconciler/repeat-request.ts',
    'const stamped = await stampSend(context, key, stands ? intent : withoutKept(intent), begun);',
    'const stamped = await stampSend(context, key, nextGeneration(context, intent));',
  ),
  one(
    'suspended is not looked at',
    'src/diff/gates.ts',
    "if (spec.reconcile.suspend) return { kind: 'suspended' };",
    '',
  ),
  one(
    'an unreadable source holds nothing up',
    'src/reconciler/daemon.ts',
    'return this.#latest.problem;',
    'return null;',
  ),
  one(
    'a failure that the journal does not know is not waited out',
    'src/diff/hold.ts',
    'if (untilMs <= Date.parse(input.now)) return null;',
    'return null;',
  ),
  one(
    'AWS quotes a secret, and it is shown',
    'src/reconciler/finish-failed.ts',
    'const clean = (text: string) => context.redactor.redact(text);',
    'const clean = (text: string) => text;',
  ),
  {
    name: 'the account is not checked',
    edits: [
      {
        file: 'src/wire/targets.ts',
        from: 'if (declared !== null && declared !== found) {',
        to: 'if (declared === found) {',
      },
      {
        file: 'src/wire/targets.ts',
        from: 'if (bound === null || bound.accountId === found) return null;',
        to: 'return null;',
      },
    ],
  },
  {
    name: 'what waits for its ticket is sent as it was computed',
    edits: [
      {
        file: 'src/reconciler/carry-out.ts',
        from: 'ticket.held ?? changedMeanwhile(context, key, current, ticket, turn)',
        to: 'ticket.held',
      },
    ],
  },
  one(
    'the clocks alone prove an echo',
    'src/diff/settle.ts',
    "return { kind: before ? 'early' : 'ours' };",
    "return { kind: before ? 'echo' : 'ours' };",
  ),
  one(
    'how long ago our record ended is told by the wall clock alone',
    'src/reconciler/ended-records.ts',
    'return this.#times.get(key) ?? this.#startMs;',
    'return this.#times.get(key) ?? Number.NEGATIVE_INFINITY;',
  ),
];

/** What a person freezes stays frozen. */
const FREEZE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a freeze is forgotten after a restart',
    edits: [
      {
        file: 'src/reconciler/holds.ts',
        from: '    this.#clock = parts.clock;\n',
        to: '    this.#clock = parts.clock;\n    this.sinceMs = parts.clock.now();\n',
      },
      {
        file: 'src/reconciler/holds.ts',
        from: 'sortedFreezes(await this.#journal.freezes());',
        to: 'sortedFreezes((await this.#journal.freezes()).filter((one) => Date.parse(one.at) >= this.sinceMs));',
      },
    ],
  },
  one(
    'an open request is repeated although it is frozen',
    'src/reconciler/hold-back.ts',
    'return context.held(key) ?? (await context.hold(key))?.why ?? null;',
    'return context.held(key);',
  ),
];

export const MUTANTS: readonly Mutant[] = [...CORE_MUTANTS, ...LIFE_MUTANTS, ...FREEZE_MUTANTS];
