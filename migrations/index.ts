import type { MigrationInterface } from 'typeorm';
import { CreateOptions1795485600001 } from './1795485600001-CreateOptions.js';
import { CreateAccessKeys1795485600002 } from './1795485600002-CreateAccessKeys.js';
import { CreateOutboxAndTimers1795485600003 } from './1795485600003-CreateOutboxAndTimers.js';
import { CreateNodes1795485600004 } from './1795485600004-CreateNodes.js';
import { CreateStorage1795485600005 } from './1795485600005-CreateStorage.js';
import { CreateAccessResources1795485600006 } from './1795485600006-CreateAccessResources.js';
import { CreateServices1795485600007 } from './1795485600007-CreateServices.js';
import { CreateCometd1795485600008 } from './1795485600008-CreateCometd.js';
import { CreateNotification1795485600009 } from './1795485600009-CreateNotification.js';
import { CreateLocalization1795485600010 } from './1795485600010-CreateLocalization.js';
import { CreateProviderTokens1795485600011 } from './1795485600011-CreateProviderTokens.js';
import { CreateCometAppend1795485600012 } from './1795485600012-CreateCometAppend.js';
import { IndexDeliveryLists1795485600013 } from './1795485600013-IndexDeliveryLists.js';
import { CreateCustomerServices1795809600020 } from './1795809600020-CreateCustomerServices.js';
import { CreateCometClock1795811051001 } from './1795811051001-CreateCometClock.js';
import { KeepCometEndsApart1795811279001 } from './1795811279001-KeepCometEndsApart.js';
import { CreateCometAppendMany1795811849001 } from './1795811849001-CreateCometAppendMany.js';
import { KeepJsonAsItWasSent1796083202001 } from './1796083202001-KeepJsonAsItWasSent.js';
import { ScopeIdempotencyKeys1796083203001 } from './1796083203001-ScopeIdempotencyKeys.js';
import { CreateCometSessionEnds1796083204001 } from './1796083204001-CreateCometSessionEnds.js';
import { KeepWhatCometSessionsWereSent1796083204002 } from './1796083204002-KeepWhatCometSessionsWereSent.js';
import { KeepOrderOfOptions1796083205001 } from './1796083205001-KeepOrderOfOptions.js';
import { CountGuessesFirst1796083207001 } from './1796083207001-CountGuessesFirst.js';
import { WidenAudit1796083205002 } from './1796083205002-WidenAudit.js';
import { LimitAccessKeys1796083201001 } from './1796083201001-LimitAccessKeys.js';
import { NoteOwnersOfCometSessions1796083204003 } from './1796083204003-NoteOwnersOfCometSessions.js';

/** In the order in which they are to run. Frozen once landed; append only. */
export const migrations: (new () => MigrationInterface)[] = [
  CreateOptions1795485600001,
  CreateAccessKeys1795485600002,
  CreateOutboxAndTimers1795485600003,
  CreateNodes1795485600004,
  CreateStorage1795485600005,
  CreateAccessResources1795485600006,
  CreateServices1795485600007,
  CreateCometd1795485600008,
  CreateNotification1795485600009,
  CreateLocalization1795485600010,
  CreateProviderTokens1795485600011,
  CreateCometAppend1795485600012,
  IndexDeliveryLists1795485600013,
  CreateCustomerServices1795809600020,
  CreateCometClock1795811051001,
  KeepCometEndsApart1795811279001,
  CreateCometAppendMany1795811849001,
  KeepJsonAsItWasSent1796083202001,
  ScopeIdempotencyKeys1796083203001,
  CreateCometSessionEnds1796083204001,
  KeepWhatCometSessionsWereSent1796083204002,
  KeepOrderOfOptions1796083205001,
  CountGuessesFirst1796083207001,
  WidenAudit1796083205002,
  LimitAccessKeys1796083201001,
  NoteOwnersOfCometSessions1796083204003,
];
