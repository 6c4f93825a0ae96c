/** Kinds of products whose values no call of AWS shows. */
export const ENGINES = [
  'CONTROL_TOWER_ACCOUNT',
  'TERRAFORM_OPEN_SOURCE',
  'TERRAFORM_CLOUD',
  'EXTERNAL',
] as const;
