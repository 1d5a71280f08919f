import { Injectable } from '@nestjs/common';
import type { EventText } from '../publish/event.js';

@Injectable()
export class Localization {
  textOf(event: EventText, _language: string | undefined): string {
    return event.message;
  }
}
