import { bytes } from './answer.mjs';
import { contend } from './contend.mjs';
import { headers } from './headers.mjs';

contend((_request, response) => {
  response.writeHead(200, { 'X-Powered-By': 'Express', ...headers });
  response.end(bytes);
});
