/** What the registry keeps for one error code: the table that `docs/errors.md` is checked against. */
export interface ErrorEntry {
  /** One line: what happened. */
  readonly title: string;
  /** Why trueup stops here, or what the rule is. */
  readonly meaning: string;
  /** What a person does next. */
  readonly next: string;
}

export type ErrorTable = Readonly<Record<string, ErrorEntry>>;
