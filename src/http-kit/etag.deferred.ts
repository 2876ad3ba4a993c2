/** Tags and conditional requests: loaded with the first reply that may have a tag. */
export { etag } from 'etag';
export { default as fresh } from 'fresh';
