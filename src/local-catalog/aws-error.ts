/** An error as AWS answers it: a code, a text and an HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
  }
}

export const invalidParameters = (message: string) =>
  new AwsError('InvalidParametersException', message);

export const notFound = (message: string) => new AwsError('ResourceNotFoundException', message);

export const validation = (message: string) => new AwsError('ValidationException', message);

export const invalidState = (message: string) => new AwsError('InvalidStateException', message);

/** CloudFormation's and STS's word for a refused input. */
export const validationError = (message: string) => new AwsError('ValidationError', message);
