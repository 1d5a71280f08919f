import { Module } from '@nestjs/common';
import { CometEventRepository } from './comet-event.repository.js';
import { CometMail } from './comet-mail.js';

/** Glossary. *Mail*: an event for one user. *Log*: all mail of a user, numbered without gaps. */
@Module({ providers: [CometMail, CometEventRepository], exports: [CometMail] })
export class CometdModule {}
