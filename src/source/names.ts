const DESIRED_STATE = /\.(ya?ml|json)$/i;
const KUSTOMIZATION = /^kustomization(\.ya?ml)?$/i;
/** Control characters, and the character that stands for bytes that are no UTF-8. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\uFFFD]/gu;

/** Hidden names (`.git`, `.sops.yaml`, `..data`) are never desired state. */
export function isHidden(name: string): boolean {
  return name.startsWith('.');
}

/** `kustomize` takes this file, with or without an extension. */
export function isKustomization(name: string): boolean {
  return KUSTOMIZATION.test(name);
}

export function isDesiredState(name: string): boolean {
  return DESIRED_STATE.test(name) || isKustomization(name);
}

/** Names of files that are none of ours; a directory may have any name with a point in it (`eu.prod`, `v1.2`). */
const OTHER_FILE =
  /\.(bak|cfg|conf|css|csv|gif|gz|html?|ini|jpe?g|js|lock|log|md|orig|pdf|png|py|sh|sum|svg|sw[op]|tf|tgz|tmp|toml|ts|txt|xml|zip)$/i;

/** A link that leads nowhere may have been a directory of documents, unless it is named like a file of another kind. */
export function couldHoldDocuments(name: string): boolean {
  return isDesiredState(name) || !OTHER_FILE.test(name);
}

/** Whether a name can be opened and shown as it is. */
export function isPlainText(name: string): boolean {
  return name.search(UNPRINTABLE) === -1;
}

/** A name as it can be shown: what could move a cursor or cannot be decoded is escaped. */
export function printable(name: string): string {
  return name.replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Order of UTF-16 code units: the same on every machine, whatever its locale. */
export function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
