export { ActiveRequests } from './active-requests.js';
export { listen } from './listen.js';
export { stopGracefully } from './stop-gracefully.js';
export { StopRequest } from './stop-request.js';
