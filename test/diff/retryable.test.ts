import { expect, it } from 'vitest';
import { isRetryableFailure, rawFailure } from '../../src/diff/failure-text.ts';
import { aRecord } from './build.ts';

const suffix = (code: string, status = 400) =>
  `(Service: AmazonCloudFormation; Status Code: ${status}; Error Code: ${code}; Request ID: 1f-2e; Proxy: null)`;

it.each([
  `AmazonCloudFormationException  Request limit exceeded. ${suffix('RequestLimitExceeded', 503)}`,
  `AmazonCloudFormationException  Please slow down. ${suffix('Throttling')}`,
  `AmazonServiceException  We encountered a problem. Please try again. ${suffix('InternalFailure', 500)}`,
  'ThrottlingException: too many requests',
  'InternalServerError: try again',
])('passes by itself: %s', (description) => {
  const record = aRecord('2', { status: 'FAILED', errors: [{ code: '', description }] });
  expect(isRetryableFailure(rawFailure(record, null))).toBe(true);
});
