import type { ErrorTable } from './entry.ts';

/** What a document asks of its product and version: whether they are there, and take what it gives. */
export const preflightErrors = {
  'plan/unknown-product': {
    title: 'No product of this name is visible',
    meaning:
      'Service Catalog shows a product only to a caller that has access to a portfolio with it.',
    next: 'correct the name, or associate the role with a portfolio that holds the product',
  },
  'plan/version-needed': {
    title: 'Another product needs its version named',
    meaning: 'The live version belongs to the live product, so it cannot be kept.',
    next: 'declare provisioningArtifactName or provisioningArtifactId',
  },
  'plan/unknown-version': {
    title: 'The product has no such version',
    meaning: 'No provisioning artifact of the product bears this name or id.',
    next: 'declare one of the versions named in the message',
  },
  'plan/no-version-by-rule': {
    title: 'The rule finds no version',
    meaning:
      'latest and semver look at the active versions that are not deprecated. A name that is no semantic version is never in a range.',
    next: 'widen the range, name a version, or have one activated',
  },
  'plan/value-missing': {
    title: 'A value of the document does not exist where it says',
    meaning:
      'valueFrom names an environment variable, file, parameter or secret that is not there or does not hold such a value. Only this provisioned product is held back.',
    next: 'put the value in its place, or correct valueFrom',
  },
  'plan/newer-upstream': {
    title: 'There is something newer that is only reported',
    meaning:
      'The rule finds a newer version, or a secret was rotated, and the policy of the document is to report it. Other changes are carried out without it.',
    next: 'set reconcile.onNewVersion or reconcile.onRotate to update to have it carried out',
  },
  'plan/ambiguous-version': {
    title: 'Several versions bear this name',
    meaning: 'Service Catalog permits equal names and then refuses an update by name.',
    next: 'declare provisioningArtifactId with one of the ids named in the message',
  },
  'plan/inactive-version': {
    title: 'The version is inactive',
    meaning: 'Service Catalog does not let end users update to an inactive version.',
    next: 'declare an active version, or have this one activated',
  },
  'plan/no-path': {
    title: 'No launch path leads to the product',
    meaning: 'The role has no access to a portfolio that holds the product.',
    next: 'associate the role with a portfolio that holds the product',
  },
  'plan/unknown-path': {
    title: 'The declared launch path is not visible',
    meaning:
      'Launch paths depend on the caller; their ids change when portfolios are re-associated.',
    next: 'declare one of the paths named in the message, best by pathName',
  },
  'plan/ambiguous-path': {
    title: 'Several launch paths bear this name',
    meaning: 'A path has the name of its portfolio, and portfolios may share a name.',
    next: 'declare pathId with one of the ids named in the message',
  },
  'plan/path-needed': {
    title: 'Several launch paths lead to the product',
    meaning:
      'Service Catalog refuses an update without a path when there are several, and the recorded path is not among them.',
    next: 'declare pathName or pathId',
  },
  'plan/unknown-parameter': {
    title: 'The version has no such parameter',
    meaning: 'CloudFormation refuses an update with a parameter that the template does not have.',
    next: 'remove the parameter, or declare a version that has it',
  },
  'plan/missing-parameter': {
    title: 'A parameter without a default needs a value',
    meaning:
      'The target version has a parameter that the live stack does not have, and it has no default.',
    next: 'declare a value for it',
  },
  'plan/no-previous-value': {
    title: 'There is no previous value to use',
    meaning:
      'CloudFormation refuses usePreviousValue for a parameter that the live template does not have.',
    next: 'declare a value instead of usePreviousValue',
  },
  'plan/all-parameters-needed': {
    title: 'An update of this type must carry every parameter',
    meaning:
      'Control Tower accounts, Terraform and External products are handed exactly what the request carries, and nothing tells their live values. A parameter that is left out would be reset or fail.',
    next: 'declare a value for each parameter that the message names',
  },
  'plan/previous-value-unknown': {
    title: 'This type has no previous values',
    meaning:
      'Control Tower refuses usePreviousValue, and external engines are handed an empty text for it.',
    next: 'declare the value',
  },
  'plan/no-default': {
    title: 'The parameter has no default',
    meaning: 'useDefault resets a parameter to its default in the template, and it has none.',
    next: 'declare a value instead of useDefault',
  },
  'plan/value-not-allowed': {
    title: 'The value is not among the allowed ones',
    meaning: 'The version lists the values that this parameter may have.',
    next: 'use an allowed value, or a version that allows this one',
  },
  'plan/value-pattern': {
    title: 'The value does not match the pattern',
    meaning: 'The version says which pattern the whole value must match.',
    next: 'use a value that matches, or a version that allows this one',
  },
  'plan/pattern-unchecked': {
    title: 'The value could not be checked against the pattern',
    meaning:
      'The pattern uses an expression that trueup does not evaluate, or the value is too long for a safe check. CloudFormation checks it.',
    next: 'nothing needs to be done; the record tells if the value is refused',
  },
  'plan/value-length': {
    title: 'The value is too short or too long',
    meaning: 'The version says how many characters the value may have.',
    next: 'use a value of a permitted length',
  },
  'plan/value-range': {
    title: 'The number is out of range',
    meaning: 'The version says which numbers the parameter may have.',
    next: 'use a number within the range',
  },
  'plan/tags-not-allowed': {
    title: 'Tags of this provisioned product cannot be changed',
    meaning:
      'Service Catalog changes tags only where a RESOURCE_UPDATE constraint on the product allows it; the default is that it does not.',
    next: 'have tag updates allowed for the product, or declare the tags as they are live',
  },
  'plan/too-many-tags': {
    title: 'More than 50 tags',
    meaning: 'An update carries the live tags together with the declared ones, 50 at most.',
    next: 'declare fewer tags, or remove live ones',
  },
  'plan/tag-not-removed': {
    title: 'A tag that is no longer declared stays',
    meaning:
      'Service Catalog accepts a request that only removes a tag, and removes nothing. The tag goes when another tag is added or changed.',
    next: 'nothing needs to be done; remove the tag by hand if it must go now',
  },
} as const satisfies ErrorTable;
