import { Global, Module } from '@nestjs/common';
import { ClientErrors } from './client-errors.js';
import { ConnectionRefusals } from './connection-refusals.js';
import { RequestObservation, RequestObserver } from '../observability/index.js';
import { ErrorAnswers } from './error-answers.js';

/**
 * Glossary. *Error answer*: status, `exception` and words for whatever was thrown. *Connection
 * refusal*: an error answer that is written to a bare connection, as there is no response for it.
 */
@Global()
@Module({
  providers: [ClientErrors, ConnectionRefusals, ErrorAnswers, RequestObservation, RequestObserver],
  exports: [ClientErrors, ConnectionRefusals, ErrorAnswers, RequestObservation, RequestObserver],
})
export class HttpModule {}
