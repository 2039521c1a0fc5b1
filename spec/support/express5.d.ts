/** Express 5 beside Express 4, whose types do for what the specs use. */
declare module 'express5' {
  import express from 'express';
  export default express;
}
