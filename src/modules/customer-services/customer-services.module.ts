import { Module } from '@nestjs/common';
import { Configuration, OptionsModule } from '../options/index.js';
import { cviewSection } from './cview-section.js';

/**
 * Context Services (contract: cs.md). Glossary. *Service*: a customer's conversation; it holds
 * states and tasks. *State*: a part of a service, as a step of a dialogue. *Task*: something to be
 * done, in a service or one of its states. *Active*: started and not completed. *Anonymous*: of a
 * customer who is known by a contact key alone. *Extension*: data of the application's own.
 * *Tenant*: whose data it is, by the headers ContactCenterId and GroupId. *Life*: how long a
 * service is kept, with all that is in it.
 */
@Module({ imports: [OptionsModule] })
export class CustomerServicesModule {
  constructor(configuration: Configuration) {
    configuration.register({ schema: cviewSection });
  }
}
