import { flag, integer, list, map, oneOf, pattern, struct, text } from '../shape.ts';

/** Shapes that several Service Catalog operations share. */
export const language = text({ max: 100 });
export const id = text({
  min: 1,
  max: 100,
  pattern: pattern('^[a-zA-Z0-9_\\-]*', /^[a-zA-Z0-9_-]*$/),
});

const NAME = '[a-zA-Z0-9][a-zA-Z0-9._-]*';
export const provisionedProductName = text({ min: 1, max: 128, pattern: pattern(NAME) });

const ARN =
  'arn:[a-z0-9-\\.]{1,63}:[a-z0-9-\\.]{0,63}:[a-z0-9-\\.]{0,63}:[a-z0-9-\\.]{0,63}:[^/].{0,1023}';
const arnCheck =
  'arn:[a-z0-9.-]{1,63}:[a-z0-9.-]{0,63}:[a-z0-9.-]{0,63}:[a-z0-9.-]{0,63}:[^/].{0,1023}';
export const provisionedProductNameOrArn = text({
  min: 1,
  max: 1224,
  pattern: pattern(
    `[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}|${ARN}`,
    new RegExp(`^(?:[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}|${arnCheck})$`, 's'),
  ),
});

export const productName = text({ max: 8191 });
export const artifactName = text({ max: 8192 });
export const pathName = text({ min: 1, max: 100 });
export const token = text({ min: 1, max: 128, pattern: pattern('[a-zA-Z0-9][a-zA-Z0-9_-]*') });

const TAG = '^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$';
const tagCheck = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
export const tags = list(
  struct(
    {
      Key: text({ min: 1, max: 128, pattern: pattern(TAG, tagCheck) }),
      Value: text({ min: 1, max: 256, pattern: pattern(TAG, tagCheck) }),
    },
    'Key',
    'Value',
  ),
  { max: 50 },
);

export const notificationArns = list(
  text({ min: 1, max: 1224, pattern: pattern(ARN, new RegExp(`^${arnCheck}$`, 's')) }),
  { max: 5 },
);

const parameterKey = text({ min: 1, max: 1000 });
const parameterValue = text({ max: 4096 });
export const provisioningParameters = list(struct({ Key: parameterKey, Value: parameterValue }));
export const updateParameters = list(
  struct({ Key: parameterKey, Value: parameterValue, UsePreviousValue: flag }),
);

const preferences = {
  StackSetAccounts: list(text({ pattern: pattern('^[0-9]{12}$', /^[0-9]{12}$/) })),
  StackSetRegions: list(text()),
  StackSetFailureToleranceCount: integer(0),
  StackSetFailureTolerancePercentage: integer(0, 100),
  StackSetMaxConcurrencyCount: integer(1),
  StackSetMaxConcurrencyPercentage: integer(1, 100),
};
export const provisioningPreferences = struct(preferences);
export const updatePreferences = struct({
  ...preferences,
  StackSetOperationType: oneOf('CREATE', 'UPDATE', 'DELETE'),
});

export const accessLevelFilter = struct({
  Key: oneOf('Account', 'Role', 'User'),
  Value: text(),
});

export const pageToken = text({
  max: 2024,
  pattern: pattern(
    '[\\u0009\\u000a\\u000d\\u0020-\\uD7FF\\uE000-\\uFFFD]*',
    /^[\t\n\r -\uD7FF\uE000-\uFFFD]*$/,
  ),
});
export const pageSize20 = integer(0, 20);
export const pageSize100 = integer(0, 100);
export const sortOrder = oneOf('ASCENDING', 'DESCENDING');

export const productFilters = map(
  oneOf('FullTextSearch', 'Owner', 'ProductType', 'SourceProductId'),
  list(text()),
);
export const productSortBy = oneOf('Title', 'VersionCount', 'CreationDate');
