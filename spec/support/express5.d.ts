/** Express 5, installed next to Express 4. The types of Express 4 suffice for the specs. */
declare module 'express5' {
  import express from 'express';
  export default express;
}
