/** What routing-controllers knows of a request that it handles: the request, the response, and `next`. */
export type { Action } from 'routing-controllers';
