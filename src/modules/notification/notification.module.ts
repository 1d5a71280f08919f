import { Module } from '@nestjs/common';
import { PushChannels } from './channels/push-channels.js';

@Module({ providers: [PushChannels], exports: [PushChannels] })
export class NotificationModule {}
