/** `octobar validate`: our cycles beside those of the RTL. */
export { formatValidation } from './format.js';
export type { Uncompared } from './never-compared.js';
export { validate } from './validate.js';
export type { Validation, ValidationRow, ValidateOptions } from './validate.js';
