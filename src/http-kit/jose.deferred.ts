/** JSON Web Tokens by jose: an asset of the executable, loaded with the first token. */
export { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify } from 'jose';
