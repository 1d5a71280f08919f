import { Global, Module } from '@nestjs/common';
import { ConnectionRefusals } from './connection-refusals.js';
import { RequestObservation } from '../observability/index.js';
import { ErrorAnswers } from './error-answers.js';

/**
 * Glossary. *Error answer*: status, `exception` and words for whatever was thrown. *Connection
 * refusal*: an error answer that is written to a bare connection, as there is no response for it.
 */
@Global()
@Module({
  providers: [ConnectionRefusals, ErrorAnswers, RequestObservation],
  exports: [ConnectionRefusals, ErrorAnswers, RequestObservation],
})
export class HttpModule {}
