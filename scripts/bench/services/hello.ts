export const HELLO = 'Hello world from Omega!';
